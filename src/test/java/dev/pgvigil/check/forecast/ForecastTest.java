package dev.pgvigil.check.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Growing;
import dev.pgvigil.check.Growing.Quantity;
import dev.pgvigil.check.Growing.Resource;
import dev.pgvigil.check.Latest;
import dev.pgvigil.check.Latest.Seen;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.storage.Sequences;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ForecastTest {

    private static final Forecast CHECK = new Forecast();
    private static final double GIB = 1 << 30;
    private static final Duration EVERY = Duration.ofMinutes(5);

    private final MemoryBudget budget = new MemoryBudget(1 << 20);
    private final GrowthMemory memory = new GrowthMemory(budget);
    private Instant now = Evaluating.NOW;

    /** The forecast after readings of one quantity, one in five minutes. */
    private Forecast.Growths after(
            int readings, Resource resource, double limit, double from, IntToDoubleFunction value) {
        Forecast.Growths growths = new Forecast.Growths(List.of(), 0);
        for (int i = 0; i < readings; i++) {
            now = now.plus(EVERY);
            Quantity quantity = new Quantity(resource, "", null, value.applyAsDouble(i), limit, from);
            growths = memory.add(List.of(seen(List.of(quantity))));
        }
        return growths;
    }

    private Seen<Growing> seen(List<Quantity> quantities) {
        return new Seen<>(null, now, () -> quantities);
    }

    private static List<Finding> findings(Forecast.Growths growths, String database) {
        return Evaluating.evaluate(CHECK, growths, Evaluating.target(database));
    }

    /** A disk of 100 GiB, of which 90 are used after the readings. */
    @ParameterizedTest
    @CsvSource({
        "9, 1, none", // too few readings
        "12, 1, none", // 55 minutes
        "13, 1, degraded", // 10 GiB at 1 GiB in 5 minutes: 50 minutes left
        "96, 0.2, degraded", // 4 h 10 min left
        "96, 0.1, healthy", // 8 h 20 min left
        "96, 0.02, none", // 41 h left, seen 8 h
        "96, 0, none",
        "96, -0.1, none",
    })
    void forecastsFullDiskNoFurtherThanFourTimesThePast(int readings, double gibEach, String status) {
        Forecast.Growths growths =
                after(readings, Resource.DISK, 100 * GIB, 0, i -> (90 - gibEach * (readings - 1 - i)) * GIB);

        List<Finding> found = findings(growths, "shop");

        if (status.equals("none")) {
            assertThat(found).isEmpty();
        } else {
            assertThat(found).singleElement().satisfies(finding -> {
                assertThat(finding.key()).isEqualTo("forecast/disk");
                assertThat(finding.status()).isEqualTo(Status.valueOf(status.toUpperCase(Locale.ROOT)));
                assertThat(finding.severity()).isEqualTo(status.equals("degraded") ? Severity.HIGH : Severity.MEDIUM);
            });
        }
    }

    @Test
    void saysWhenItRunsOutWithBand() {
        Forecast.Growths growths =
                after(60, Resource.DISK, 100 * GIB, 0, i -> (50 + 0.5 * i + (i % 2 == 0 ? 0.2 : -0.2)) * GIB);

        Growth disk = growths.growths().getFirst();
        assertThat(disk.runsOutAt()).isNotNull();
        assertThat(Duration.between(now, disk.runsOutAt())).isBetween(Duration.ofMinutes(190), Duration.ofMinutes(225));
        assertThat(disk.earliestAt()).isBefore(disk.runsOutAt());
        assertThat(disk.latestAt()).isAfter(disk.runsOutAt());
        assertThat(disk.perDay()).isBetween(140 * GIB, 148 * GIB);
        assertThat(disk.perDayLow()).isLessThan(disk.perDay());
        assertThat(disk.perDayHigh()).isGreaterThan(disk.perDay());
        assertThat(RecordedMetrics.value(
                        RecordedMetrics.of(CHECK, growths),
                        "pgvigil_forecast_left_seconds",
                        "datname",
                        "",
                        "resource",
                        "disk",
                        "name",
                        ""))
                .isEqualTo(disk.leftSeconds());
    }

    @Test
    void staysSilentAboutValuesThatRiseAndFall() {
        Forecast.Growths growths = after(96, Resource.DISK, 100 * GIB, 0, i -> (60 + 3 * (i % 12)) * GIB);

        assertThat(growths.growths().getFirst().runsOutAt()).isNull();
        assertThat(findings(growths, "shop")).isEmpty();
    }

    @Test
    void noticesGrowthThatBeganHoursAgoAfterDaysWithout() {
        Forecast.Growths growths =
                after(2000, Resource.DISK, 100 * GIB, 0, i -> (i < 1900 ? 40 : 40 + 0.5 * (i - 1900)) * GIB);

        assertThat(findings(growths, "shop"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.status()).isEqualTo(Status.DEGRADED));
    }

    @Test
    void forecastsConnectionsOnlyOverDays() {
        IntToDoubleFunction morning = i -> 10 + i;
        assertThat(findings(after(80, Resource.CONNECTIONS, 100, 0, morning), "shop"))
                .isEmpty();

        Forecast.Growths daily =
                after(288 * 3, Resource.CONNECTIONS, 100, 0, i -> 60 + i / 30.0 + 5 * Math.sin(i / 40.0));

        assertThat(findings(daily, "shop")).singleElement().satisfies(finding -> {
            assertThat(finding.key()).isEqualTo("forecast/connections");
            assertThat(finding.status()).isEqualTo(Status.HEALTHY);
        });
    }

    @Test
    void staysSilentAboutIdentifiersThatVacuumKeepsLow() {
        IntToDoubleFunction age = i -> 1e6 * i;
        assertThat(findings(after(96, Resource.TRANSACTION_IDS, 1e8, 1e8, age), "shop"))
                .isEmpty();
        assertThat(findings(after(96, Resource.TRANSACTION_IDS, 1e8, 5e7, age), "shop"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.key()).isEqualTo("forecast/transaction-ids"));
    }

    @Test
    void keepsBoundedSeriesWithinBudgetAndForgetsThem() {
        List<Quantity> many = IntStream.range(0, 100)
                .mapToObj(i -> new Quantity(Resource.SEQUENCE, "s" + i, "shop", 0.5, 1.0, 0))
                .toList();
        Forecast.Growths growths = memory.add(List.of(seen(many)));
        assertThat(growths.growths()).hasSize(GrowthMemory.MOST);
        assertThat(growths.leftOut()).isEqualTo(100 - GrowthMemory.MOST);
        assertThat(budget.used()).isEqualTo((long) GrowthMemory.MOST * Series.BYTES);

        now = now.plus(Duration.ofDays(2));
        memory.add(List.of(seen(List.of())));
        assertThat(budget.used()).isZero();

        assertThat(new GrowthMemory(new MemoryBudget(Series.BYTES))
                        .add(List.of(seen(many)))
                        .leftOut())
                .isEqualTo(99);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void forecastsSequenceOfRealServerUntilItIsDropped(int major) throws InterruptedException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(database, "create table orders (id smallserial primary key)", "insert into orders default values");
        server.server(); // creates the role
        server.sqlIn(database, "grant select on sequence orders_id_seq to pgvigil");
        Target target = Evaluating.target(database, Map.of("forecast.window", 0.1));
        Sequences sequences = new Sequences();
        try (Collecting asking = Collecting.of(server, database)) {
            Forecast.Growths growths = forecast(asking, sequences, database);
            for (int i = 0; i < 13; i++) {
                server.sqlIn(database, "select max(nextval('orders_id_seq')) from generate_series(1, 1500)");
                growths = forecast(asking, sequences, database);
                Thread.sleep(20);
            }
            Finding found = Evaluating.one(CHECK, growths, target);
            assertThat(found.key()).isEqualTo("forecast/sequence");
            assertThat(found.status()).isEqualTo(Status.DEGRADED);
            assertThat(found.observed()).contains("public.orders_id_seq");
            assertThat(Evaluating.evaluate(
                            CHECK, growths, Evaluating.target("another", Map.of("forecast.window", 0.1))))
                    .isEmpty();

            server.sqlIn(database, "drop table orders");
            assertThat(Evaluating.evaluate(CHECK, forecast(asking, sequences, database), target))
                    .isEmpty();
        }
    }

    private static Forecast.Growths forecast(Collecting asking, Sequences sequences, String database) {
        Growing used = asking.collect(sequences);
        Latest latest = new Latest() {
            @Override
            public <T> List<Seen<T>> of(Class<T> type) {
                return List.of(new Seen<>(database, Instant.now(), type.cast(used)));
            }
        };
        return asking.ask(session -> CHECK.collect(session, latest));
    }
}
