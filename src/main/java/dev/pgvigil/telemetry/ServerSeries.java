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

/** The connections to each server. The cost of monitoring is exported by the check {@code overhead}. */
@Singleton
final class ServerSeries implements SeriesSource {

    @Override
    public Rank rank() {
        return Rank.FLEET;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder) {
        // a server that is monitored with several roles is one server in the metrics
        snapshot.servers().values().stream()
                .collect(groupingBy(state -> state.server().id()))
                .values()
                .forEach(states -> {
                    MetricSink sink = builder.under(Names.of(states.getFirst().server()));
                    reached(states, now, sink);
                    connections(
                            states.stream().map(ServerState::link).reduce(ConnectionState.NONE, ConnectionState::plus),
                            sink);
                });
    }

    private static void reached(List<ServerState> states, Instant now, MetricSink sink) {
        states.stream()
                .flatMap(state -> Stream.<Outcome<?>>ofNullable(state.outcome(HeartbeatResult.CHECK)))
                .max(Comparator.comparing(Outcome::at))
                .ifPresent(beat -> {
                    boolean up = states.stream()
                            .anyMatch(state -> state.outcome(HeartbeatResult.CHECK) instanceof Outcome.Observed<?>);
                    sink.gauge("pgvigil_server_up", "1 if the latest heartbeat succeeded, else 0.", up ? 1 : 0);
                    sink.gauge(
                            "pgvigil_heartbeat_age_seconds",
                            "Time since the latest heartbeat, successful or failed.",
                            Duration.between(beat.at(), now).toNanos() / 1e9);
                });
        states.stream()
                .flatMap(state -> Stream.ofNullable(state.facts()))
                .findFirst()
                .ifPresent(facts -> sink.gauge(
                        "pgvigil_server_info",
                        "Version and role reported by the server when a session was last opened; always 1.",
                        1,
                        "version",
                        facts.version(),
                        "role",
                        Names.of(facts.role())));
    }

    private static void connections(ConnectionState connections, MetricSink sink) {
        sink.gauge("pgvigil_server_connections_open", "Open connections of pgvigil to the server.", connections.open());
        sink.gauge(
                "pgvigil_server_connections_emergency",
                "Open connections of pgvigil from the emergency budget.",
                connections.emergency());
        sink.counter("pgvigil_server_connects_total", "Sessions that pgvigil opened.", (double) connections.connects());
        sink.counter("pgvigil_server_connect_failures_total", "Attempts to open a session that failed.", (double)
                connections.failures());
        sink.counter(
                "pgvigil_server_abandoned_total",
                "Sessions dropped without waiting because the server no longer answered.",
                (double) connections.abandoned());
    }
}
