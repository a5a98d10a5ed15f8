/** {@code make run}: servers with a shop under load, temporary faults, and the built product monitoring them. */
@NullMarked
package dev.pgvigil.demo;

import org.jspecify.annotations.NullMarked;
