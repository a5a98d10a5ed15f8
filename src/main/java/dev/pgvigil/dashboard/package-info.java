/** The pages for users. No other package imports it. */
@NullMarked
package dev.pgvigil.dashboard;

import org.jspecify.annotations.NullMarked;
