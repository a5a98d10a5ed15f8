/** Checks of what a server writes to disk: checkpoints and WAL, temporary files, cache, sizes, sequences, checksums. */
@NullMarked
package dev.pgvigil.check.storage;

import org.jspecify.annotations.NullMarked;
