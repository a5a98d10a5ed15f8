package dev.pgvigil.postgres;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where the resources of a server's host are read.
 *
 * @param nodeExporter address of the metrics of a node_exporter: http or https, without user and password
 * @param dataMount mount point that holds the data directory; null: found by the data directory
 */
public record HostEndpoint(URI nodeExporter, @Nullable String dataMount) {}
