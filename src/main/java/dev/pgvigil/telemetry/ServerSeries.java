package dev.pgvigil.telemetry;

import static java.util.stream.Collectors.groupingBy;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** How each server is reached; what watching it costs is a check of its own. */
@Singleton
final class ServerSeries implements SeriesSource {

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder harvest) {
        // one server may be watched by several roles: to whoever reads metrics it is one
        snapshot.servers().values().stream()
                .collect(groupingBy(state -> state.server().id()))
                .values()
                .forEach(states -> {
                    MetricSink gauges = harvest.under(Names.of(states.getFirst().server()));
                    reached(states, now, gauges);
                    links(
                            states.stream().map(ServerState::link).reduce(ConnectionState.NONE, ConnectionState::plus),
                            gauges);
                });
    }

    private static void reached(List<ServerState> states, Instant now, MetricSink gauges) {
        states.stream()
                .flatMap(state -> Stream.<Outcome<?>>ofNullable(state.outcome(HeartbeatResult.CHECK)))
                .max(Comparator.comparing(Outcome::at))
                .ifPresent(beat -> {
                    boolean up = states.stream()
                            .anyMatch(state -> state.outcome(HeartbeatResult.CHECK) instanceof Outcome.Observed<?>);
                    gauges.gauge("pgvigil_server_up", "1 if the latest heartbeat succeeded, else 0.", up ? 1 : 0);
                    gauges.gauge(
                            "pgvigil_heartbeat_age_seconds",
                            "Time since the latest heartbeat, successful or failed.",
                            Duration.between(beat.at(), now).toNanos() / 1e9);
                });
        states.stream()
                .flatMap(state -> Stream.ofNullable(state.facts()))
                .findFirst()
                .ifPresent(facts -> gauges.gauge(
                        "pgvigil_server_info",
                        "Version and role reported by the server when a session was last opened; always 1.",
                        1,
                        "version",
                        facts.version(),
                        "role",
                        Names.of(facts.role())));
    }

    private static void links(ConnectionState links, MetricSink gauges) {
        gauges.gauge("pgvigil_server_connections_open", "Open connections of pgvigil to the server.", links.open());
        gauges.gauge(
                "pgvigil_server_connections_emergency",
                "Open connections of pgvigil from the emergency budget.",
                links.emergency());
        gauges.counter("pgvigil_server_connects_total", "Sessions that pgvigil opened.", (double) links.connects());
        gauges.counter("pgvigil_server_connect_failures_total", "Attempts to open a session that failed.", (double)
                links.failures());
        gauges.counter(
                "pgvigil_server_abandoned_total",
                "Sessions dropped without waiting because the server no longer answered.",
                (double) links.abandoned());
    }
}
