package dev.pgvigil.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that writes to the store is killed at random moments (SIGKILL). What waits in its memory is lost, as is promised; what the store
 * has confirmed is there, nothing is there twice, and no row is missing between others. {@code -Dpgvigil.store.process-kills=30} for longer.
 */
class ProcessKillTest {

    private static final int KILLS = Integer.getInteger("pgvigil.store.process-kills", 1);

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void keepsWhatWasConfirmedAndNothingTwiceWhenTheProcessIsKilled() throws Exception {
        Random random = new Random();
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        String database = server.newDatabase("store");
        Instant day = Instant.now().truncatedTo(ChronoUnit.DAYS);
        for (int i = 0; i < KILLS; i++) {
            String target = "t" + i;
            long[] confirmed = killed(server, database, target, day, random);

            assertThat(confirmed[0]).isPositive();
            assertRows(
                    server,
                    database,
                    target,
                    confirmed[0],
                    confirmed[2],
                    "SELECT concat_ws(' ', count(*), count(DISTINCT at), max(response_time_sum) + 1) FROM pgvigil.history_raw"
                            + " WHERE target = (SELECT id FROM pgvigil.target WHERE name = '%s')");
            assertRows(
                    server,
                    database,
                    target,
                    confirmed[1],
                    confirmed[2],
                    "SELECT concat_ws(' ', count(*), count(DISTINCT metrics), max((metrics->>'row')::int) + 1)"
                            + " FROM pgvigil.health_monitoring_audit WHERE target = '%s'");
        }
    }

    /** All rows from the first to the last that is there, each once, and at least those that were confirmed. */
    private static void assertRows(
            PgServer server, String database, String target, long confirmed, long made, String query) {
        String[] found = String.valueOf(server.valueIn(database, query.formatted(target)))
                .split(" ", 3);
        long rows = Long.parseLong(found[0]);
        assertThat(found[1]).as("none twice").isEqualTo(found[0]);
        assertThat(Double.parseDouble(found[2]))
                .as("none missing before the last")
                .isEqualTo((double) rows);
        assertThat(rows).as("%d confirmed, %d made", confirmed, made).isGreaterThanOrEqualTo(confirmed);
    }

    /** What a process has said last before it was killed: rows confirmed of each kind, and rows made. */
    private long[] killed(PgServer server, String database, String target, Instant day, Random random)
            throws IOException, InterruptedException {
        Path said = folder.resolve(target);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WritingProcess.class.getName(),
                        server.host(),
                        Integer.toString(server.port()),
                        database,
                        target,
                        Long.toString(day.getEpochSecond()))
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            await().atMost(LIMIT).until(() -> last(said)[0] > 0);
            Thread.sleep(random.nextInt(500));
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        return last(said);
    }

    /** The last complete line. */
    private static long[] last(Path said) throws IOException {
        String text = Files.readString(said);
        String last =
                text.substring(0, Math.max(0, text.lastIndexOf('\n'))).lines().reduce("", (before, line) -> line);
        return last.isEmpty()
                ? new long[3]
                : Arrays.stream(last.split(" ", 3)).mapToLong(Long::parseLong).toArray();
    }
}
