/** The benchmarks: whole processes against real servers, one file each. */
@NullMarked
package dev.pgvigil.bench;

import org.jspecify.annotations.NullMarked;
