package dev.pgvigil.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.backup.Repository.Retention;
import dev.pgvigil.backup.drill.DrillResult;
import dev.pgvigil.backup.drill.ProofLevel;
import dev.pgvigil.backup.format.Lsn;
import dev.pgvigil.backup.format.WalReader.Commit;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Inventory;
import dev.pgvigil.backup.inventory.Listing;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.WalFollower.Reach;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.WrittenWal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is computed from what was read. */
class BackupPoliciesTest {

    private static final Instant NOW = Instant.parse("2027-03-31T12:00:00Z");
    private static final Instant COMMIT = NOW.minusSeconds(600);

    @TempDir
    private Path folder;

    private record Written(
            @Nullable Long walPosition, @Nullable Instant lastCommit) implements WrittenWal {}

    private static Reach reach() {
        return new Reach(new Lsn(1000), new Commit(COMMIT, new Lsn(900)), null, 1, 10, 1, null, null);
    }

    @Test
    void exposureIsTheTimeBetweenTheLastCommits() {
        assertThat(new Exposure().of(reach(), new Written(5000L, COMMIT.plusSeconds(41)), NOW))
                .isEqualTo(Duration.ofSeconds(41));
        assertThat(new Exposure().of(reach(), new Written(5000L, COMMIT), NOW)).isZero();
    }

    @Test
    void nothingIsExposedWhileAllWalIsArchived() {
        assertThat(new Exposure().of(reach(), new Written(1000L, null), NOW)).isZero();
    }

    @Test
    void exposureWithoutCommitTimesCountsSinceTheLastArchivedPosition() {
        Exposure exposure = new Exposure();
        exposure.observe(NOW.minusSeconds(90), new Written(1000L, null));
        exposure.observe(NOW.minusSeconds(60), new Written(1001L, null));

        assertThat(exposure.of(reach(), new Written(2000L, null), NOW)).isEqualTo(Duration.ofSeconds(90));
        assertThat(new Exposure().of(reach(), new Written(2000L, null), NOW)).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void archiveThatRecoversNothingHasUnknownExposure() {
        assertThat(new Exposure().of(new Reach(null, null, null, 0, 0, 1, null, null), null, NOW))
                .isNull();
    }

    @Test
    void missingDayIsReportedSinceTheOldestBackup() {
        List<Instant> times =
                List.of(NOW.minus(Duration.ofDays(1)), NOW.minus(Duration.ofDays(3)), NOW.minus(Duration.ofDays(4)));

        assertThat(RetentionPolicy.missing(new Retention(7, 0, 0), times, ZoneId.of("UTC"), NOW))
                .containsExactly("day 2027-03-29");
        assertThat(RetentionPolicy.missing(new Retention(1, 1, 0), times, ZoneId.of("UTC"), NOW))
                .isEmpty();
    }

    @Test
    void proofExpires() {
        Proof proof = new Proof(Verdict.PASSED, ProofLevel.RECOVERS, NOW, null, null, null);

        assertThat(proof.level(NOW.plus(Duration.ofDays(6)), Duration.ofDays(7)))
                .isEqualTo(ProofLevel.RECOVERS);
        assertThat(proof.level(NOW.plus(Duration.ofDays(8)), Duration.ofDays(7)))
                .isEqualTo(ProofLevel.INVENTORIED);
    }

    @Test
    void auditIsReadAgainAndChangesAreFound() throws IOException {
        Path path = folder.resolve("audit");
        Proof proof = new Proof(Verdict.PASSED, ProofLevel.RECOVERS, NOW, null, null, Duration.ofMillis(1500));
        VerificationAudit audit = VerificationAudit.open(path);
        for (String backup : List.of("a", "b", "c")) {
            audit.append("main", backup, proof);
        }
        VerificationAudit read = VerificationAudit.open(path);

        assertThat(read.problem()).isNull();
        assertThat(read.proofs()).hasSize(3);
        assertThat(read.proofs().get(new VerificationAudit.Key("main", "b"))).isEqualTo(proof);

        List<String> lines = Files.readAllLines(path);
        Files.write(path, List.of(lines.get(0), lines.get(2)));
        VerificationAudit shortened = VerificationAudit.open(path);
        assertThat(shortened.problem()).startsWith("line 2 ");
        // What is appended later does not make it whole.
        shortened.append("main", "d", proof);
        assertThat(VerificationAudit.open(path).problem()).startsWith("line 2 ");

        Files.write(path, List.of(lines.get(0), lines.get(1).replace("PASSED", "FAILED"), lines.get(2)));
        VerificationAudit changed = VerificationAudit.open(path);
        assertThat(changed.problem()).startsWith("line 2 ");
        assertThat(changed.proofs()).doesNotContainKey(new VerificationAudit.Key("main", "b"));
    }

    @Test
    void auditIsContinuedAfterLineThatCrashCutOff() throws IOException {
        Path path = Files.writeString(folder.resolve("audit"), "{\"sequence\":1,\"at\":");
        Proof proof = new Proof(Verdict.PASSED, ProofLevel.INTACT, NOW, null, null, null);
        VerificationAudit.open(path).append("main", "a", proof);
        VerificationAudit read = VerificationAudit.open(path);

        assertThat(read.problem()).isEqualTo("line 1 is no entry");
        assertThat(read.proofs()).containsOnlyKeys(new VerificationAudit.Key("main", "a"));
    }

    // Findings

    private static Backup backup(String id, Instant time) {
        return new Backup(
                id,
                Backup.Tool.PG_BASEBACKUP,
                Backup.Layout.TAR,
                Backup.Kind.FULL,
                null,
                null,
                18,
                1,
                new Lsn(100),
                new Lsn(200),
                time,
                time,
                1,
                1,
                null,
                "complete",
                List.of());
    }

    private RepositoryStatus status(List<Backup> backups, Map<String, Proof> proofs) throws IOException {
        Repository repository = new Repository(
                "main",
                folder,
                null,
                null,
                Duration.ofMinutes(15),
                Duration.ofHours(1),
                Duration.ofHours(26),
                new Retention(0, 0, 0),
                null,
                true,
                "postgres",
                List.of());
        Inventory inventory = new Inventory(Listing.of(repository.storage()), backups, List.of());
        return new RepositoryStatus(repository, NOW, null, inventory, proofs, null, null, List.of(), null, List.of());
    }

    private static List<String> findings(RepositoryStatus status) {
        return BackupFindings.of(status, BackupsSection.NONE, NOW).stream()
                .map(Finding::key)
                .toList();
    }

    private static Proof drilled(Verdict verdict, @Nullable ProofLevel level) {
        return new Proof(
                verdict,
                verdict == Verdict.PASSED ? level : ProofLevel.INTACT,
                NOW.minusSeconds(600),
                null,
                new DrillResult(
                        verdict,
                        level,
                        verdict == Verdict.FAILED ? List.of("the assertion orders is not true") : List.of(),
                        List.of(),
                        null,
                        level == null ? null : Duration.ofHours(3),
                        Map.of(),
                        0,
                        0),
                level == null ? null : Duration.ofHours(3));
    }

    /** A run restores the newest backup first, and then reads others. */
    @Test
    void failedRestoreIsReportedAlthoughOtherBackupsWereReadAfterIt() throws IOException {
        Proof read = new Proof(Verdict.PASSED, ProofLevel.INTACT, NOW.minusSeconds(60), null, null, null);
        List<Backup> backups = List.of(backup("new", NOW.minusSeconds(3600)), backup("old", NOW.minusSeconds(90_000)));
        RepositoryStatus failed = status(backups, Map.of("new", drilled(Verdict.FAILED, null), "old", read));
        RepositoryStatus passed =
                status(backups, Map.of("new", drilled(Verdict.PASSED, ProofLevel.RECOVERS), "old", read));

        assertThat(findings(failed)).contains("backups/main/drill", "backups/main/unproven");
        assertThat(failed.failing()).isTrue();
        assertThat(findings(passed))
                .contains("backups/main/rto")
                .doesNotContain("backups/main/drill", "backups/main/unproven");
        assertThat(ComplianceReport.of(List.of(passed), BackupsSection.NONE, "ok", NOW)
                        .repositories()
                        .getFirst()
                        .recoverySeconds())
                .isEqualTo(10_800);
    }

    @Test
    void failedRestoreIsStillReportedAfterRestart() throws IOException {
        Path path = folder.resolve("audit");
        VerificationAudit.open(path).append("main", "new", drilled(Verdict.FAILED, null));
        Proof read = VerificationAudit.open(path).proofs().get(new VerificationAudit.Key("main", "new"));

        assertThat(findings(status(
                        List.of(backup("new", NOW.minusSeconds(3600))), Map.of("new", Objects.requireNonNull(read)))))
                .contains("backups/main/drill");
    }

    @Test
    void backupThatIsDatedInTheFutureHidesNoOldOne() throws IOException {
        List<Backup> backups =
                List.of(backup("future", NOW.plus(Duration.ofDays(400))), backup("old", NOW.minus(Duration.ofDays(3))));

        assertThat(findings(status(backups, Map.of()))).contains("backups/main/old");
        assertThat(findings(status(backups.subList(0, 1), Map.of()))).contains("backups/main/old");
        assertThat(findings(status(List.of(backup("fresh", NOW.minusSeconds(60))), Map.of())))
                .doesNotContain("backups/main/old");
    }

    @Test
    void repositoryThatWasNotListedForLongIsNotCurrent() throws IOException {
        RepositoryStatus status = status(List.of(backup("new", NOW)), Map.of());

        assertThat(status.current(NOW.plusSeconds(60), Duration.ofMinutes(1))).isTrue();
        assertThat(status.current(NOW.plus(Duration.ofHours(1)), Duration.ofMinutes(1)))
                .isFalse();
        assertThat(RepositoryStatus.initial(status.repository(), Map.of()).current(NOW, Duration.ofMinutes(1)))
                .isFalse();
    }
}
