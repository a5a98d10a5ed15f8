/** Pages for people. Nothing imports it. */
@NullMarked
package dev.pgvigil.dashboard;

import org.jspecify.annotations.NullMarked;
