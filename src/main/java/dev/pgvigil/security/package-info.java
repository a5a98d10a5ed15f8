/** Authentication, sessions and security headers. */
@NullMarked
package dev.pgvigil.security;

import org.jspecify.annotations.NullMarked;
