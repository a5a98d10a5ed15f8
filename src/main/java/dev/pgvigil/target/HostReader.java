package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import dev.pgvigil.postgres.HostEndpoint;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads where the resources of a server's host are found. */
final class HostReader {

    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final String PATH = "/metrics";

    private HostReader() {}

    /** Null if nothing is configured, or there is a mistake, which is recorded. */
    static @Nullable HostEndpoint read(Node place) {
        if (!place.present()) {
            return null;
        }
        Node address = place.doc("Address of a node_exporter on the host: http://db1.internal:9100/metrics")
                .required("node_exporter", "http://db1.internal:9100/metrics");
        String mount = place.doc("Mount point that holds the data directory, if its path there is another one")
                .string("data-mount");
        if (mount != null && !mount.startsWith("/")) {
            place.child("data-mount").problem("must be an absolute path, such as /var/lib/postgresql");
        }
        String text = address.text();
        URI uri = text == null ? null : uri(text);
        if (text != null && uri == null) {
            address.problem(
                    "must be an http or https URL without user, query and fragment, such as http://db1.internal:9100/metrics");
        }
        return uri == null || place.mistaken() ? null : new HostEndpoint(uri, mount);
    }

    private static @Nullable URI uri(String text) {
        try {
            URI uri = new URI(text);
            boolean usable = uri.getScheme() != null
                    && SCHEMES.contains(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
            if (!usable) {
                return null;
            }
            String path = uri.getRawPath();
            return path == null || path.isEmpty() || path.equals("/") ? uri.resolve(PATH) : uri;
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
