/** {@code make run}: servers with a shop under load, faults that heal, and the built product watching. */
@NullMarked
package dev.pgvigil.demo;

import org.jspecify.annotations.NullMarked;
