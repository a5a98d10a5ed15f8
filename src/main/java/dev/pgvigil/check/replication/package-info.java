/** Checks of replication: standbys, slots, WAL archiving and subscriptions. */
@NullMarked
package dev.pgvigil.check.replication;

import org.jspecify.annotations.NullMarked;
