package dev.pgvigil.telemetry;

import static io.opentelemetry.semconv.UrlAttributes.URL_QUERY;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Removes the values of query parameters from spans, because they may contain anything. */
@Singleton
final class UrlQueryRedactor implements SpanProcessor {

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        String query = span.getAttribute(URL_QUERY);
        if (query != null) {
            span.setAttribute(URL_QUERY, names(query));
        }
    }

    private static String names(String query) {
        return Arrays.stream(query.split("&", -1))
                .map(part -> part.substring(0, part.indexOf('=') + 1) + "?")
                .collect(Collectors.joining("&"));
    }

    @Override
    public boolean isStartRequired() {
        return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
        return false;
    }
}
