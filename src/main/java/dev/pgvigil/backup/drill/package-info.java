/** Restores backups into a scratch server and queries it. */
@NullMarked
package dev.pgvigil.backup.drill;

import org.jspecify.annotations.NullMarked;
