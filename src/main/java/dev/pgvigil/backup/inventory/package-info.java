/** Which backups and which WAL a repository has, whatever tool made them. */
@NullMarked
package dev.pgvigil.backup.inventory;

import org.jspecify.annotations.NullMarked;
