package dev.pgvigil.telemetry;

import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.OtlpReceiver;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What arrived at a collector. */
record ReceivedTelemetry(OtlpReceiver receiver) {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    List<Span> spans() {
        return receiver.spans().stream()
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream())
                .toList();
    }

    /** The first such span, once it is there. */
    Span span(Predicate<Span> such) {
        return await().atMost(PATIENCE)
                .until(() -> spans().stream().filter(such).findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    Span span(String name) {
        return span(span -> span.getName().equals(name));
    }

    Stream<Metric> metrics() {
        return receiver.metrics().stream()
                .flatMap(resource -> resource.getScopeMetricsList().stream())
                .flatMap(scope -> scope.getMetricsList().stream());
    }

    /** The first such metric, once it is there. */
    Metric metric(String name) {
        return await().atMost(PATIENCE)
                .until(
                        () -> metrics()
                                .filter(metric -> metric.getName().equals(name))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    static Map<String, String> attributes(Span span) {
        return attributes(span.getAttributesList());
    }

    static Map<String, String> attributes(List<KeyValue> attributes) {
        Map<String, String> plain = new HashMap<>();
        for (KeyValue attribute : attributes) {
            plain.put(
                    attribute.getKey(),
                    attribute.getValue().hasIntValue()
                            ? Long.toString(attribute.getValue().getIntValue())
                            : attribute.getValue().getStringValue());
        }
        return plain;
    }
}
