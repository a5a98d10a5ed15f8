/** Resources of the host of a server, from a node_exporter. */
@NullMarked
package dev.pgvigil.check.host;

import org.jspecify.annotations.NullMarked;
