package dev.pgvigil.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.backup.Repository.Retention;
import dev.pgvigil.backup.drill.ProofLevel;
import dev.pgvigil.backup.format.Lsn;
import dev.pgvigil.backup.format.WalReader.Commit;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.WalFollower.Reach;
import dev.pgvigil.check.WrittenWal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
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
        AuditFile audit = new AuditFile(path);
        for (String backup : List.of("a", "b", "c")) {
            audit.append(
                    "main",
                    backup,
                    new Proof(Verdict.PASSED, ProofLevel.RECOVERS, NOW, null, null, Duration.ofMillis(1500)));
        }
        AuditFile.Content read = new AuditFile(path).read();

        assertThat(read.broken()).isNull();
        assertThat(read.rows()).isEqualTo(3);
        assertThat(read.proofs().get(new AuditFile.Key("main", "b")))
                .isEqualTo(new Proof(Verdict.PASSED, ProofLevel.RECOVERS, NOW, null, null, Duration.ofMillis(1500)));

        List<String> lines = Files.readAllLines(path);
        Files.write(path, List.of(lines.get(0), lines.get(2)));
        assertThat(new AuditFile(path).read().broken()).isEqualTo("line 2");

        Files.write(path, List.of(lines.get(0), lines.get(1).replace("PASSED", "FAILED"), lines.get(2)));
        assertThat(new AuditFile(path).read().broken()).isEqualTo("line 2");
    }
}
