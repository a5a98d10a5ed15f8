/** Real PostgreSQL servers for tests and for the demo, and the ways in which servers and networks fail. */
@NullMarked
package dev.pgvigil.testing;

import org.jspecify.annotations.NullMarked;
