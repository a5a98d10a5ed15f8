/**
 * Common features of all HTTP responses: problems, request ids, timing, CORS, the OpenAPI document. No other package imports
 * it.
 */
@NullMarked
package dev.pgvigil.api;

import org.jspecify.annotations.NullMarked;
