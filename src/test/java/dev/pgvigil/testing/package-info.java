/** Real PostgreSQL servers for tests and the demo, and faults of servers and networks. */
@NullMarked
package dev.pgvigil.testing;

import org.jspecify.annotations.NullMarked;
