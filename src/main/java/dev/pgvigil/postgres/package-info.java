/** Connections to monitored servers: TLS, sessions, deadlines, connection budget, emergency connections. */
@NullMarked
package dev.pgvigil.postgres;

import org.jspecify.annotations.NullMarked;
