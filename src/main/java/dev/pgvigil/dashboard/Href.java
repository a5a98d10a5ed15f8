package dev.pgvigil.dashboard;

import dev.pgvigil.check.Tab;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * URLs of pages. Names are in the query, because browsers and proxies interpret {@code ..} and {@code %2F} in a path.
 */
final class Href {

    private final StringBuilder address;
    private boolean asked;

    private Href(String path) {
        this.address = new StringBuilder(path);
    }

    static Href to(String path) {
        return new Href(path);
    }

    static String database(String name) {
        return to("/database").with("name", name).toString();
    }

    static String database(String name, Tab tab) {
        return to("/database")
                .with("name", name)
                .with("tab", tab == Tab.OVERVIEW ? "" : TextFormat.lower(tab))
                .toString();
    }

    /** The path of the target in the API. */
    static String api(String name) {
        return "/api/v1/databases/" + encoded(name);
    }

    /** Adds this parameter unless it has no value. */
    Href with(String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            address.append(asked ? '&' : '?').append(name).append('=').append(encoded(value));
            asked = true;
        }
        return this;
    }

    /** Encodes a segment of a path or a value of a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
