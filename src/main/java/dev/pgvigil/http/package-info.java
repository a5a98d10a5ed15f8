/** HTTP for resources: problem responses, query parameters, limits of connections. */
@NullMarked
package dev.pgvigil.http;

import org.jspecify.annotations.NullMarked;
