/** Synthetic transactions and queries, as an application would run them. */
@NullMarked
package dev.pgvigil.check.canary;

import org.jspecify.annotations.NullMarked;
