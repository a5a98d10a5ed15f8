/** Checks of statements: what pg_stat_statements counts, regressions, and the share of transactions that fail. */
@NullMarked
package dev.pgvigil.check.statements;

import org.jspecify.annotations.NullMarked;
