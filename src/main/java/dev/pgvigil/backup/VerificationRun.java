package dev.pgvigil.backup;

import dev.pgvigil.backup.drill.Drill;
import dev.pgvigil.backup.drill.DrillPlan;
import dev.pgvigil.backup.drill.DrillResult;
import dev.pgvigil.backup.drill.ProofLevel;
import dev.pgvigil.backup.drill.Scratch;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Inventory;
import dev.pgvigil.backup.inventory.WalArchive;
import dev.pgvigil.backup.storage.Storage;
import dev.pgvigil.backup.verify.BackupVerifier;
import dev.pgvigil.backup.verify.Progress;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.Verification;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Verifies the backups of one repository, and restores one of them. Blocks. */
final class VerificationRun {

    private final RepositoryScan scan;
    private final Backups config;
    private final @Nullable Scratch scratch;
    private final VerificationJob run;
    private final InstantSource clock;
    private final BiConsumer<Backup, Proof> results;

    VerificationRun(
            RepositoryScan scan,
            Backups config,
            @Nullable Scratch scratch,
            VerificationJob run,
            InstantSource clock,
            BiConsumer<Backup, Proof> results) {
        this.scan = scan;
        this.config = config;
        this.scratch = scratch;
        this.run = run;
        this.clock = clock;
        this.results = results;
    }

    /**
     * Runs to the end.
     *
     * @return what was done, for people
     * @throws java.io.InterruptedIOException if it is cancelled
     */
    String execute() throws IOException {
        try (Storage storage = scan.repository().storage()) {
            Inventory inventory = Inventory.of(storage);
            List<Backup> chosen = chosen(inventory);
            Backup restored =
                    chosen.stream().filter(Backup::physical).findFirst().orElse(null);
            int failed = 0;
            for (Backup backup : chosen) {
                Proof proof = prove(inventory, backup, backup.equals(restored));
                results.accept(backup, proof);
                failed += proof.verdict() == Verdict.FAILED ? 1 : 0;
            }
            return chosen.size() + " backups were verified, " + failed + " failed";
        }
    }

    /** The newest, those that were never verified, and the one that was verified longest ago: so each is read again in turn. */
    private List<Backup> chosen(Inventory inventory) throws IOException {
        String only = run.backup();
        if (only != null) {
            return List.of(inventory.backups().stream()
                    .filter(backup -> backup.id().equals(only))
                    .findFirst()
                    .orElseThrow(() -> new IOException("there is no backup " + only + " any more")));
        }
        Map<String, Proof> proofs = scan.proofs();
        List<Backup> all = inventory.backups();
        List<Backup> chosen = new ArrayList<>();
        for (Backup backup : all) {
            if (chosen.isEmpty() || !proofs.containsKey(backup.id())) {
                chosen.add(backup);
            }
        }
        Backup oldest = null;
        Instant least = Instant.MAX;
        for (Backup backup : all) {
            Proof proof = proofs.get(backup.id());
            if (proof != null && proof.at().isBefore(least) && !chosen.contains(backup)) {
                oldest = backup;
                least = proof.at();
            }
        }
        if (oldest != null) {
            chosen.add(oldest);
        }
        return chosen;
    }

    private Proof prove(Inventory inventory, Backup backup, boolean restore) throws IOException {
        Progress progress = run.progress();
        WalArchive archive = scan.archive(inventory, backup);
        Verification verification = BackupVerifier.verify(inventory, backup, archive, progress);
        if (verification.verdict() == Verdict.FAILED) {
            return new Proof(Verdict.FAILED, null, clock.instant(), verification, null, null);
        }
        ProofLevel level = verification.verdict() == Verdict.PASSED ? ProofLevel.INTACT : ProofLevel.INVENTORIED;
        Scratch place = scratch;
        if (!restore || place == null || !scan.repository().drill()) {
            return new Proof(verification.verdict(), level, clock.instant(), verification, null, null);
        }
        DrillResult drill = Drill.run(
                place,
                new DrillPlan(
                        inventory,
                        backup,
                        archive,
                        run.moment(),
                        config.programs(backup.major()),
                        scan.repository().user(),
                        scan.repository().assertions(),
                        config.drillTimeout()),
                progress);
        ProofLevel reached = drill.level();
        boolean higher = reached != null && verification.verdict() == Verdict.PASSED;
        return new Proof(
                drill.verdict() == Verdict.PASSED ? verification.verdict() : drill.verdict(),
                higher ? reached : level,
                clock.instant(),
                verification,
                drill,
                drill.recovery());
    }
}
