/** The door: who may come in, from where, and what a browser may do with our answers. */
@NullMarked
package dev.pgvigil.security;

import org.jspecify.annotations.NullMarked;
