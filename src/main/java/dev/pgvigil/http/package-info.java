/** What resources use to speak HTTP: problems and query parameters. */
@NullMarked
package dev.pgvigil.http;

import org.jspecify.annotations.NullMarked;
