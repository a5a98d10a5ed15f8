/** Backups of the watched servers: what there is, whether it restores, and how much would be lost. */
@NullMarked
package dev.pgvigil.backup;

import org.jspecify.annotations.NullMarked;
