/** Checks of session activity: lock waits, long transactions, deadlocks and recovery conflicts. */
@NullMarked
package dev.pgvigil.check.activity;

import org.jspecify.annotations.NullMarked;
