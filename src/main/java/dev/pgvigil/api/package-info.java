/** What is common to all HTTP answers: problems, request ids, timing, origins, the OpenAPI document. Nothing imports it. */
@NullMarked
package dev.pgvigil.api;

import org.jspecify.annotations.NullMarked;
