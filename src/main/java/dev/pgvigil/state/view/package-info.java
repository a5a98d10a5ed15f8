/** HTTP access to the fleet. Every response comes from the latest snapshot, except an on-demand heartbeat. */
@NullMarked
package dev.pgvigil.state.view;

import org.jspecify.annotations.NullMarked;
