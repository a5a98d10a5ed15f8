/** Where backups are kept: files that can be listed and read, and nothing else. */
@NullMarked
package dev.pgvigil.backup.storage;

import org.jspecify.annotations.NullMarked;
