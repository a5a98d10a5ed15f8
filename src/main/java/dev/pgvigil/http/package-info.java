/** The words in which resources speak HTTP: refusals and query parameters. The machinery behind is {@code api}. */
@NullMarked
package dev.pgvigil.http;

import org.jspecify.annotations.NullMarked;
