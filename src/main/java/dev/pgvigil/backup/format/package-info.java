/** The formats of backups and of WAL, read byte by byte. What they contain is not trusted. */
@NullMarked
package dev.pgvigil.backup.format;

import org.jspecify.annotations.NullMarked;
