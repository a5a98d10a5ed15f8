/** Objectives: how much of the time a database may fail them, what is left of that, and how fast it is used up. */
@NullMarked
package dev.pgvigil.slo;

import org.jspecify.annotations.NullMarked;
