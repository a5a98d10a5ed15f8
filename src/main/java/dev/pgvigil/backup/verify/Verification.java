package dev.pgvigil.backup.verify;

import dev.pgvigil.backup.format.Damage;
import java.util.List;

/**
 * The result of reading a backup.
 *
 * @param damages at most {@link #MOST}
 * @param reason why it was not run, or is not supported; else empty
 * @param files that were read
 * @param bytes that were read, uncompressed
 */
public record Verification(Verdict verdict, List<Damage> damages, String reason, long files, long bytes) {

    /** More are not kept. */
    public static final int MOST = 100;

    public Verification {
        damages = List.copyOf(damages.subList(0, Math.min(MOST, damages.size())));
    }

    static Verification of(List<Damage> damages, long files, long bytes) {
        return new Verification(damages.isEmpty() ? Verdict.PASSED : Verdict.FAILED, damages, "", files, bytes);
    }

    static Verification unsupported(List<Damage> damages, String reason) {
        return damages.isEmpty()
                ? new Verification(Verdict.UNSUPPORTED, damages, reason, 0, 0)
                : new Verification(Verdict.FAILED, damages, reason, 0, 0);
    }
}
