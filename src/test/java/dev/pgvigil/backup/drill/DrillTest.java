package dev.pgvigil.backup.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgvigil.backup.BackedUpServer;
import dev.pgvigil.backup.format.WalReader;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Inventory;
import dev.pgvigil.backup.inventory.WalArchive;
import dev.pgvigil.backup.storage.DirectoryStorage;
import dev.pgvigil.backup.verify.Progress;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.WalFollower;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drills with real backups of a real server, and what must turn them red. */
class DrillTest {

    @TempDir
    private static Path folder;

    @TempDir
    private Path damaged;

    private static BackedUpServer source;
    private static Path programs;
    private static Scratch scratch;

    @BeforeAll
    static void backUp() throws IOException {
        // More connections than a server has by default: recovery stops if the scratch server has fewer.
        source = BackedUpServer.start(18, folder.resolve("source"), java.util.Map.of("max_connections", "150"));
        programs = source.programs();
        source.tar("tar", true);
        source.insert(3001);
        source.insert(3002);
        source.archiveNow();
        source.insert(3003);
        source.archiveNow();
        scratch = Objects.requireNonNull(Scratch.open(folder.resolve("scratch")));
    }

    @AfterAll
    static void stop() throws IOException {
        scratch.close();
        source.close();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(scratch.directory())) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith(Scratch.PREFIX)))
                    .isEmpty();
        }
    }

    private static Inventory inventory(Path repository) throws IOException {
        return Inventory.of(new DirectoryStorage(repository));
    }

    private static DrillPlan plan(Path repository, @Nullable Instant moment, Assertion... assertions)
            throws IOException {
        Inventory inventory = inventory(repository);
        WalArchive archive =
                inventory.archives().isEmpty() ? null : inventory.archives().getFirst();
        return new DrillPlan(
                inventory,
                inventory.backups().getFirst(),
                archive,
                moment,
                programs,
                "postgres",
                List.of(assertions),
                Duration.ofMinutes(5));
    }

    private static DrillResult run(DrillPlan plan) throws IOException {
        return Drill.run(scratch, plan, new Progress());
    }

    private Path copy() {
        BackedUpServer.copyOf(source.folder().resolve("tar"), damaged.resolve("tar"));
        BackedUpServer.copyOf(source.archive(), damaged.resolve("wal"));
        return damaged;
    }

    private static WalReader.Commit last(boolean before) throws IOException {
        DrillPlan plan = plan(source.folder(), null);
        WalFollower.Reach reach = new WalFollower(
                        0, 1, Objects.requireNonNull(plan.backup().start()))
                .advance(Objects.requireNonNull(plan.wal()), new Progress());
        return Objects.requireNonNull(before ? reach.beforeLast() : reach.last());
    }

    @Test
    void recoversToTheMomentBeforeTheLastCommit() throws IOException {
        DrillResult result = run(plan(
                source.folder(),
                null,
                new Assertion("rows before the moment", "postgres", "select count(*) = 2002 from orders"),
                new Assertion(
                        "nothing after it", "postgres", "select not exists (select from orders where id = 3003)")));

        assertThat(result.failures()).isEmpty();
        assertThat(result.verdict()).isEqualTo(Verdict.PASSED);
        assertThat(result.level()).isEqualTo(ProofLevel.DATA_ASSERTED);
        assertThat(result.moment()).isEqualTo(last(true).time());
        assertThat(result.recovery()).isPositive();
        assertThat(result.phases()).containsKeys("restore", "wal", "recover", "test");
        assertThat(result.rows()).isGreaterThan(2002);
        assertThat(result.tables()).isGreaterThan(100);
        assertThat(source.server().value("select count(*) from orders")).isEqualTo("2003");
    }

    @Test
    void backupAloneOnlyStarts() throws IOException {
        BackedUpServer.copyOf(source.folder().resolve("tar"), damaged.resolve("tar"));
        DrillResult result = run(plan(damaged, null));

        assertThat(result.failures()).isEmpty();
        assertThat(result.level()).isEqualTo(ProofLevel.STARTS);
        assertThat(result.moment()).isNull();
        assertThat(result.recovery()).isNull();
        assertThat(result.notes()).anyMatch(note -> note.contains("no archive of WAL"));
    }

    @Test
    void holeInWalIsRed() throws IOException {
        copy();
        try (Stream<Path> segments = Files.list(damaged.resolve("wal"))) {
            List<Path> sorted = segments.filter(
                            path -> path.getFileName().toString().matches("[0-9A-F]{24}"))
                    .sorted()
                    .toList();
            Files.delete(sorted.get(sorted.size() - 2));
        }
        DrillResult result = run(plan(damaged, null));

        assertThat(result.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(result.failures()).anyMatch(failure -> failure.contains("WAL ends before"));
    }

    @Test
    void lateMomentIsRed() throws IOException {
        DrillResult result = run(plan(source.folder(), last(false).time().plusSeconds(60)));

        assertThat(result.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(result.failures()).anyMatch(failure -> failure.contains("cannot be reached"));
    }

    @Test
    void momentBeforeTheEndOfTheBackupIsRed() throws IOException {
        Backup backup = inventory(source.folder()).backups().getFirst();
        Instant early = Objects.requireNonNull(backup.started()).minusSeconds(60);
        DrillResult result = run(plan(source.folder(), early));

        assertThat(result.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(result.failures()).anyMatch(failure -> failure.contains("before the end of the backup"));
    }

    @Test
    void falseAssertionIsRed() throws IOException {
        DrillResult result = run(plan(
                source.folder(),
                last(true).time(),
                new Assertion("all orders", "postgres", "select count(*) = 2003 from orders"),
                new Assertion("payments", "postgres", "select count(*) > 0 from payments"),
                new Assertion("items", "postgres", "select bool_and(item::int > 0) from orders")));

        assertThat(result.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(result.level()).isEqualTo(ProofLevel.RECOVERS);
        assertThat(result.failures())
                .anyMatch(failure -> failure.contains("all orders is not true"))
                .anyMatch(failure -> failure.contains("payments failed (42P01)"))
                // The text of this error has a value.
                .anyMatch(failure -> failure.endsWith("items failed (22P02)"));
    }

    @Test
    void missingProgramsAreUnsupportedAndNotGreen() throws IOException {
        DrillPlan plan = plan(source.folder(), null);
        DrillResult result = run(new DrillPlan(
                plan.inventory(),
                plan.backup(),
                plan.wal(),
                null,
                folder.resolve("no-such"),
                "postgres",
                List.of(),
                Duration.ofMinutes(1)));

        assertThat(result.verdict()).isEqualTo(Verdict.UNSUPPORTED);
        assertThat(result.level()).isNull();
    }

    @Test
    void cancelledDrillLeavesNothing() throws IOException {
        Progress progress = new Progress();
        progress.cancel();

        assertThatThrownBy(() -> Drill.run(scratch, plan(source.folder(), null), progress))
                .isInstanceOf(InterruptedIOException.class);
    }

    @Test
    void whatAKilledProcessLeftIsRemoved() throws Exception {
        Path left = scratch.create();
        DrillPlan plan = plan(source.folder(), null);
        new Restore(left, new Progress()).restore(plan.inventory().listing(), plan.backup());
        ScratchServer server = ScratchServer.start(left, plan, 18, null, java.util.Map.of(), new Progress());
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> Files.exists(left.resolve("data/postmaster.pid")));

        assertThat(scratch.sweep()).isEqualTo(1);
        assertThat(server.running()).isFalse();
        assertThat(left).doesNotExist();
    }

    @Test
    void directoryIsForOneProcess() throws IOException {
        assertThat(Scratch.open(scratch.directory())).isNull();
    }
}
