package dev.pgvigil.backup.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import dev.pgvigil.backup.BackedUpServer;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.WalName;
import dev.pgvigil.backup.format.WalReader;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Inventory;
import dev.pgvigil.backup.inventory.WalArchive;
import dev.pgvigil.backup.storage.DirectoryStorage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups and WAL of a real PostgreSQL 18, intact and damaged in every way. */
class VerificationTest {

    @TempDir
    private static Path folder;

    @TempDir
    private static Path unproven;

    @TempDir
    private Path damaged;

    private static BackedUpServer source;
    private static Instant lastCommit;
    private static String system;

    @BeforeAll
    static void backUp() {
        source = BackedUpServer.start(18, folder);
        source.tar("tar", true);
        source.byTheServer(folder.resolve("gzip"), "WAL true, COMPRESSION 'gzip', MANIFEST_CHECKSUMS 'SHA256'");
        source.plain("plain", true);
        source.plain("bare", false);
        source.byTheServer(unproven.resolve("backup"), "WAL true, MANIFEST_CHECKSUMS 'NONE'");
        source.insert(3001);
        source.archiveNow();
        source.insert(3002);
        source.archiveNow();
        source.insert(3003);
        source.archiveNow();
        lastCommit = Instant.parse(Objects.requireNonNull(source.server()
                        .value("select to_char(timestamp at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
                                + " from pg_last_committed_xact()"))
                + "Z");
        system = String.valueOf(source.server().value("select system_identifier from pg_control_system()"));
    }

    @AfterAll
    static void stop() {
        source.close();
    }

    private static Inventory inventory(Path repository) throws IOException {
        return Inventory.of(new DirectoryStorage(repository));
    }

    private static @Nullable WalArchive archive(Inventory inventory) {
        return inventory.archives().isEmpty() ? null : inventory.archives().getFirst();
    }

    private static Verification verify(Path repository) throws IOException {
        Inventory inventory = inventory(repository);
        assertThat(inventory.backups()).hasSize(1);
        return BackupVerifier.verify(inventory, inventory.backups().getFirst(), archive(inventory), new Progress());
    }

    private static WalFollower.Reach follow(Path repository) throws IOException {
        Inventory inventory = inventory(repository);
        Backup backup = inventory.backups().getFirst();
        return new WalFollower(BackupVerifier.system(backup), backup.timeline(), Objects.requireNonNull(backup.start()))
                .advance(Objects.requireNonNull(archive(inventory)), new Progress());
    }

    /** A copy of one backup, with the archive. */
    private Path copy(String backup) {
        BackedUpServer.copyOf(folder.resolve(backup), damaged.resolve("backup"));
        BackedUpServer.copyOf(source.archive(), damaged.resolve("wal"));
        return damaged;
    }

    private List<Path> segments() throws IOException {
        return segments(damaged.resolve("wal"));
    }

    private static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9A-F]{24}(\\.zst)?"))
                    .sorted()
                    .toList();
        }
    }

    private static void fails(Verification result, Damage.Kind kind, String words) {
        assertThat(result.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(result.damages()).anySatisfy(damage -> {
            assertThat(damage.kind()).isEqualTo(kind);
            assertThat(damage.toString()).contains(words);
        });
    }

    @Test
    void inventoryHasEveryBackupAndTheArchive() throws IOException {
        Inventory inventory = inventory(folder);

        assertThat(inventory.backups())
                .extracting(Backup::id)
                .containsExactlyInAnyOrder("tar", "gzip", "plain", "bare");
        assertThat(inventory.backups()).allSatisfy(backup -> {
            assertThat(backup.problems()).isEmpty();
            assertThat(backup.system()).isEqualTo(system);
            assertThat(backup.major()).isEqualTo(18);
            assertThat(backup.timeline()).isEqualTo(1);
            assertThat(backup.kind()).isEqualTo(Backup.Kind.FULL);
            assertThat(Objects.requireNonNull(backup.start())).isLessThan(Objects.requireNonNull(backup.stop()));
            assertThat(backup.started()).isNotNull().isBeforeOrEqualTo(Instant.now());
        });
        assertThat(inventory.archives()).extracting(WalArchive::directory).containsExactly("wal");
    }

    @Test
    void intactBackupsPass() throws IOException {
        Inventory inventory = inventory(folder);
        for (Backup backup : inventory.backups()) {
            Verification result = BackupVerifier.verify(inventory, backup, archive(inventory), new Progress());

            assertThat(result.damages()).as(backup.id()).isEmpty();
            assertThat(result.verdict()).isEqualTo(Verdict.PASSED);
            assertThat(result.files()).isGreaterThan(900);
        }
    }

    @Test
    void lastCommitOfTheArchiveIsTheServers() throws IOException {
        WalFollower.Reach reach = follow(copy("plain"));

        assertThat(reach.damage()).isNull();
        assertThat(Objects.requireNonNull(reach.last()).time()).isEqualTo(lastCommit);
        assertThat(Objects.requireNonNull(reach.beforeLast()).time()).isBefore(lastCommit);
        assertThat(reach.records()).isPositive();
    }

    @Test
    void followerContinuesWithNewSegmentsOnly() throws IOException {
        copy("plain");
        Path last = segments().getLast();
        Path aside = Files.move(last, damaged.resolve("aside"));
        Inventory before = inventory(damaged);
        Backup backup = before.backups().getFirst();
        WalFollower follower = new WalFollower(0, 1, Objects.requireNonNull(backup.start()));
        WalFollower.Reach first = follower.advance(Objects.requireNonNull(archive(before)), new Progress());
        Files.move(aside, last);
        Progress progress = new Progress();
        WalFollower.Reach second = follower.advance(Objects.requireNonNull(archive(inventory(damaged))), progress);

        assertThat(Objects.requireNonNull(first.last()).time()).isBefore(lastCommit);
        assertThat(Objects.requireNonNull(second.last()).time()).isEqualTo(lastCommit);
        assertThat(progress.bytes()).isEqualTo(16 << 20);
    }

    @Test
    void flippedByteInDataIsFound() throws IOException {
        copy("plain");
        Path file = BackedUpServer.largest(damaged.resolve("backup"), "base/.*");
        BackedUpServer.flip(file, 5000);

        fails(verify(damaged), Damage.Kind.WRONG_CHECKSUM, "its content has changed");
    }

    @Test
    void flippedByteInTarIsFound() throws IOException {
        copy("tar");
        // A byte of a page in the middle, wherever the server has put it.
        for (long at : new long[] {700_003, 3_000_003, 9_000_003}) {
            BackedUpServer.flip(damaged.resolve("backup/base.tar"), at);
        }

        assertThat(verify(damaged).verdict()).isEqualTo(Verdict.FAILED);
    }

    @Test
    void flippedByteInGzipIsFound() throws IOException {
        copy("gzip");
        BackedUpServer.flip(damaged.resolve("backup/base.tar.gz"), 1_000_003);

        assertThat(verify(damaged).verdict()).isEqualTo(Verdict.FAILED);
    }

    @Test
    void flippedByteInManifestIsFound() throws IOException {
        copy("plain");
        BackedUpServer.flip(damaged.resolve("backup/backup_manifest"), 700);

        fails(verify(damaged), Damage.Kind.BAD_MANIFEST, "manifest's own checksum is wrong");
    }

    @Test
    void truncatedManifestIsFound() throws IOException {
        copy("plain");
        BackedUpServer.truncate(damaged.resolve("backup/backup_manifest"), 5000);

        fails(verify(damaged), Damage.Kind.BAD_MANIFEST, "truncated");
    }

    @Test
    void missingAndForeignAndTruncatedFilesAreFound() throws IOException {
        copy("plain");
        Path backup = damaged.resolve("backup");
        Path large = BackedUpServer.largest(backup, "base/.*");
        BackedUpServer.truncate(large, 8192);
        Files.delete(backup.resolve("global/pg_filenode.map"));
        Files.writeString(backup.resolve("base/1/99999"), "foreign");
        Verification result = verify(damaged);

        fails(result, Damage.Kind.WRONG_SIZE, backup.relativize(large).toString());
        fails(result, Damage.Kind.MISSING, "global/pg_filenode.map");
        fails(result, Damage.Kind.UNLISTED, "base/1/99999");
    }

    @Test
    void truncatedTarIsFound() throws IOException {
        copy("tar");
        BackedUpServer.truncate(damaged.resolve("backup/base.tar"), 5_000_000);
        Verification result = verify(damaged);

        fails(result, Damage.Kind.BAD_ARCHIVE, "truncated");
        fails(result, Damage.Kind.MISSING, "global/pg_control");
    }

    @Test
    void foreignControlFileIsFound() throws IOException {
        copy("plain");
        BackedUpServer.flip(damaged.resolve("backup/global/pg_control"), 3);

        fails(verify(damaged), Damage.Kind.WRONG_SYSTEM, system);
    }

    @Test
    void deletedDirectoryIsNoBackup() throws IOException {
        copy("plain");
        FileUtils.deleteDirectory(damaged.resolve("backup").toFile());

        assertThat(inventory(damaged).backups()).isEmpty();
    }

    @Test
    void backupWithoutItsWalFails() throws IOException {
        copy("bare");
        FileUtils.deleteDirectory(damaged.resolve("wal").toFile());

        fails(verify(damaged), Damage.Kind.WAL_GAP, "cannot be restored");
    }

    @Test
    void backupWhoseOwnWalBeginsTooLateFails() throws IOException {
        copy("plain");
        FileUtils.deleteDirectory(damaged.resolve("wal").toFile());
        Path first = segments(damaged.resolve("backup/pg_wal")).getFirst();
        // The next segment, as far as its header says.
        WalName name = Objects.requireNonNull(WalName.parse(first.getFileName().toString()));
        WalName next = WalName.of(name.timeline(), name.number(16 << 20) + 1, 16 << 20);
        Files.delete(first);
        Files.copy(source.archive().resolve(next.toString()), first.resolveSibling(next.toString()));

        fails(verify(damaged), Damage.Kind.WAL_GAP, "its own WAL");
    }

    @Test
    void backupWithoutChecksumsIsNotProven() throws IOException {
        Verification result = verify(unproven);

        assertThat(result.verdict()).isEqualTo(Verdict.UNSUPPORTED);
        assertThat(result.reason()).contains("no checksums");
    }

    @Test
    void damagedCompressedSegmentIsDamageOfWalAndNotOfTheRepository() throws IOException {
        copy("plain");
        for (Path segment : segments()) {
            Path to = segment.resolveSibling(segment.getFileName() + ".zst");
            try (ZstdOutputStream out = new ZstdOutputStream(Files.newOutputStream(to))) {
                Files.copy(segment, out);
            }
            Files.setLastModifiedTime(to, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
            Files.delete(segment);
        }
        assertThat(follow(damaged).damage()).isNull();
        Path last = segments(damaged.resolve("wal")).getLast();
        BackedUpServer.truncate(last, 30);
        Files.setLastModifiedTime(last, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
        WalFollower.Reach reach = follow(damaged);

        assertThat(Objects.requireNonNull(reach.damage()).kind()).isEqualTo(Damage.Kind.BAD_WAL);
        assertThat(Objects.requireNonNull(reach.last()).time()).isBefore(lastCommit);
        // The first one is needed for nothing, if it can be read or not.
        Path first = segments(damaged.resolve("wal")).getFirst();
        BackedUpServer.truncate(first, 20);
        assertThat(Objects.requireNonNull(archive(inventory(damaged))).segmentBytes())
                .isEqualTo(16 << 20);
    }

    @Test
    void damagedTimelineHistoryIsDamageOfWal() throws IOException {
        copy("plain");
        Files.writeString(damaged.resolve("wal/00000002.history"), "1\tnowhere\tno reason\n");

        assertThat(Objects.requireNonNull(follow(damaged).damage()).kind()).isEqualTo(Damage.Kind.WRONG_TIMELINE);
    }

    @Test
    void flippedByteInWalEndsTheReach() throws IOException {
        copy("plain");
        BackedUpServer.flip(segments().get(segments().size() - 2), 100);
        WalFollower.Reach reach = follow(damaged);

        assertThat(Objects.requireNonNull(reach.damage()).kind()).isEqualTo(Damage.Kind.BAD_WAL);
        assertThat(Objects.requireNonNull(reach.last()).time()).isBefore(lastCommit);
    }

    @Test
    void holeInWalIsFound() throws IOException {
        copy("plain");
        Files.delete(segments().get(segments().size() - 2));

        assertThat(Objects.requireNonNull(follow(damaged).damage()).kind()).isEqualTo(Damage.Kind.WAL_GAP);
    }

    @Test
    void renamedSegmentIsFound() throws IOException {
        copy("plain");
        List<Path> segments = segments();
        Files.copy(segments.get(segments.size() - 2), segments.getLast(), StandardCopyOption.REPLACE_EXISTING);

        assertThat(Objects.requireNonNull(follow(damaged).damage()).text()).contains("renamed");
    }

    @Test
    void truncatedSegmentIsFound() throws IOException {
        copy("plain");
        Path last = segments().getLast();
        BackedUpServer.truncate(last, 1 << 20);
        // As long as it may still be arriving, it is no damage.
        assertThat(follow(damaged).damage()).isNull();

        Files.setLastModifiedTime(last, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
        assertThat(Objects.requireNonNull(follow(damaged).damage()).text()).contains("truncated");
    }

    @Test
    void segmentOfAnotherClusterIsFound() throws IOException {
        copy("plain");
        BackedUpServer.flip(segments().getLast(), 25);

        assertThat(Objects.requireNonNull(follow(damaged).damage()).kind()).isEqualTo(Damage.Kind.WRONG_SYSTEM);
    }

    @Test
    void flippedBytesOfRecordsAreFound() throws IOException {
        copy("plain");
        Path segment = segments().getLast();
        byte[] content = Files.readAllBytes(segment);
        Files.delete(segment);
        WalName name =
                Objects.requireNonNull(WalName.parse(segment.getFileName().toString()));
        int tried = 0;
        int found = 0;
        // The first record begins at byte 40 and has no gap in its header.
        for (int at = 40; at < 64; at++) {
            byte[] changed = content.clone();
            changed[at] ^= 1;
            WalReader reader = new WalReader(0);
            reader.read(name, new ByteArrayInputStream(changed));
            tried++;
            found += reader.damage() != null || reader.ended() ? 1 : 0;
        }

        // Two bytes of padding are a part of the checksum as well.
        assertThat(found).isEqualTo(tried).isEqualTo(24);
    }
}
