/** What is watched, and how it is reached: targets, servers, sessions, their limits and deadlines. */
@NullMarked
package dev.pgvigil.target;

import org.jspecify.annotations.NullMarked;
