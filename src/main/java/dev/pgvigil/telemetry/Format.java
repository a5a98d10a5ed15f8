package dev.pgvigil.telemetry;

import io.prometheus.client.exporter.common.TextFormat;
import io.vertx.ext.web.MIMEHeader;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The formats of a scrape. */
enum Format {
    /** The text format of Prometheus, the default. */
    TEXT(TextFormat.CONTENT_TYPE_004),
    /** Only for clients that request it. */
    OPEN_METRICS(TextFormat.CONTENT_TYPE_OPENMETRICS_100);

    private final String contentType;

    Format(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    /**
     * The format that a client prefers; null if it accepts none.
     *
     * @param accepted media types in order of preference; empty: any
     */
    static @Nullable Format chosen(List<MIMEHeader> accepted) {
        if (accepted.isEmpty()) {
            return TEXT;
        }
        for (MIMEHeader range : accepted) {
            Format format = within(range);
            if (format != null) {
                return format;
            }
        }
        return null;
    }

    private static @Nullable Format within(MIMEHeader range) {
        if (range.weight() == 0) {
            return null;
        }
        return switch (range.value().strip().toLowerCase(Locale.ROOT)) {
            case "text/plain", "text/*", "*/*" -> TEXT;
            case "application/openmetrics-text", "application/*" -> OPEN_METRICS;
            default -> null;
        };
    }
}
