/** Rules over findings: which findings have the same cause. Pure: findings in, problems out. */
@NullMarked
package dev.pgvigil.advice;

import org.jspecify.annotations.NullMarked;
