/** The words in which resources speak HTTP: refusals, query parameters and pages. The machinery behind is {@code api}. */
@NullMarked
package dev.pgvigil.http;

import org.jspecify.annotations.NullMarked;
