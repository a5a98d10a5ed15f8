/** Alerts: what a person is told of findings, from the first notice to the last. */
@NullMarked
package dev.pgvigil.alert;

import org.jspecify.annotations.NullMarked;
