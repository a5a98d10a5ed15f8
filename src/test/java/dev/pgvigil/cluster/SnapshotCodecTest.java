package dev.pgvigil.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Catalogues;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** What replicas send each other arrives as it was. */
class SnapshotCodecTest {

    private static final List<Check<?>> CHECKS = Catalogues.all();
    private final SnapshotCodec codec = new SnapshotCodec(new Catalogue(CHECKS));

    private Outcome<?> roundTrip(Outcome<?> outcome, String check) throws IOException {
        byte[] bytes = codec.write(PublishedOutcome.of(outcome, check, codec));
        return codec.read(bytes, PublishedOutcome.class).outcome(check, Duration.ZERO, codec);
    }

    @Test
    void observationOfEveryCheckArrivesAsItWas() throws Exception {
        SoftAssertions all = new SoftAssertions();
        List<String> tried = new ArrayList<>();
        try (PgServer server = PgServer.start(18)) {
            server.createDatabase("shop");
            server.sqlIn(
                    "shop",
                    "create extension pg_stat_statements",
                    "create table orders (id serial primary key, note text)",
                    "insert into orders (note) select 'x' from generate_series(1, 100)",
                    "create table flyway_schema_history (installed_rank int primary key, version varchar(50), "
                            + "description varchar(200), type varchar(20), script varchar(1000), checksum int, "
                            + "installed_by varchar(100), installed_on timestamp default now(), "
                            + "execution_time int, success boolean)");
            server.monitorRole("pgvigil", "unused");
            for (Check<?> check : CHECKS) {
                try (Collecting session = Collecting.of(server.server("pgvigil", null), "shop")) {
                    Object value = session.collect(check);
                    Outcome<?> outcome = new Outcome.Observed<>(Instant.now(), Duration.ofMillis(3), value);
                    all.assertThat((Object) roundTrip(outcome, check.name()))
                            .as(check.name())
                            .isEqualTo(outcome);
                    tried.add(check.name());
                } catch (FailureException | IllegalStateException notHere) {
                    // A check that needs a pooler, or something else that is not here.
                } catch (IOException e) {
                    all.fail(check.name(), e);
                }
            }
        }
        all.assertAll();
        assertThat(tried).hasSizeGreaterThan(CHECKS.size() * 3 / 4);
    }

    @Test
    void failuresAndSkippedChecksArriveAsTheyWere() throws IOException {
        Instant now = Instant.now();
        Failure failure = new Failure(Failure.Reason.TIMEOUT, "canceling statement", "57014");
        Outcome<?> failed = new Outcome.Failed<>(now, Duration.ofMillis(900), failure, null);
        Outcome<?> skipped = new Outcome.Skipped<>(now, "pg_stat_statements is not installed");
        assertThat(roundTrip(failed, "heartbeat")).isEqualTo(failed);
        assertThat(roundTrip(skipped, "statements")).isEqualTo(skipped);
    }

    @Test
    void headArrivesAsItWas() throws IOException {
        Finding finding = Finding.of("connections", "saturation", Status.DEGRADED, Severity.HIGH, "full", "85 of 100")
                .evidence(List.of(Map.of("application", "shop <b>", "connections", 60)))
                .since(Instant.now());
        PublishedServer head = new PublishedServer(
                1_764_000_000_000_000L,
                3,
                1,
                2,
                0,
                ConnectionState.NONE,
                Map.of("heartbeat", 7L),
                List.of(new PublishedServer.PublishedTarget(
                        "shop", "shop", Status.DEGRADED, Instant.now(), List.of(finding), List.of(), Map.of())));
        assertThat(codec.read(codec.write(head), PublishedServer.class)).isEqualTo(head);
    }

    @Test
    void whatIsNotWholeIsRefused() throws IOException {
        byte[] whole = codec.write(Map.of("a", "b".repeat(1000)));
        assertThatThrownBy(() -> codec.read(Arrays.copyOf(whole, whole.length / 2), Map.class))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> codec.read(new byte[] {1, 2, 3}, Map.class)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> codec.read(codec.write("x".repeat(9 << 20)), String.class))
                .isInstanceOf(IOException.class);
    }
}
