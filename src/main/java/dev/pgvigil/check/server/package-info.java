/** Checks of the server as a whole: availability, databases, privileges and settings, monitoring overhead. */
@NullMarked
package dev.pgvigil.check.server;

import org.jspecify.annotations.NullMarked;
