/** Whether backups and WAL are complete and undamaged, without a server. */
@NullMarked
package dev.pgvigil.backup.verify;

import org.jspecify.annotations.NullMarked;
