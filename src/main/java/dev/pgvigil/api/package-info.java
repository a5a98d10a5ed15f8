/**
 * What is common to all HTTP responses: problems, request ids, timing, CORS, the OpenAPI document. Nothing imports
 * it.
 */
@NullMarked
package dev.pgvigil.api;

import org.jspecify.annotations.NullMarked;
