package dev.pgvigil.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgvigil.audit.HashChain;
import dev.pgvigil.backup.drill.DrillResult;
import dev.pgvigil.backup.drill.ProofLevel;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The results of verifications, in a file that shows whether it was changed. Not thread-safe. */
final class VerificationAudit {

    private static final int MOST_FAILURES = 20;

    private final HashChain chain;
    private final Map<Key, Proof> proofs;

    /** A backup of a repository. */
    record Key(String repository, String backup) {}

    private VerificationAudit(HashChain chain, Map<Key, Proof> proofs) {
        this.chain = chain;
        this.proofs = Map.copyOf(proofs);
    }

    /** Reads the file, if there is one. */
    static VerificationAudit open(Path file) throws IOException {
        Map<Key, Proof> proofs = new HashMap<>();
        HashChain chain = HashChain.open(file, entry -> {
            JsonNode row = entry.values();
            Proof proof = proof(row);
            if (proof != null) {
                proofs.put(
                        new Key(
                                row.path("repository").asText(),
                                row.path("backup").asText()),
                        proof);
            }
        });
        return new VerificationAudit(chain, proofs);
    }

    /** The latest proofs that the file had. */
    Map<Key, Proof> proofs() {
        return proofs;
    }

    /** The first line that is not as it was written; null: all are. */
    @Nullable
    String problem() {
        return chain.problem();
    }

    private static @Nullable Proof proof(JsonNode row) {
        try {
            String level = row.path("level").asText("");
            JsonNode seconds = row.path("recovery_seconds");
            return new Proof(
                    Verdict.valueOf(row.path("verdict").asText()),
                    level.isEmpty() ? null : ProofLevel.valueOf(level),
                    Instant.parse(row.path("at").asText()),
                    null,
                    null,
                    seconds.isNumber() ? Duration.ofMillis(Math.round(seconds.asDouble() * 1000)) : null);
        } catch (IllegalArgumentException | DateTimeException e) {
            return null; // of a later version
        }
    }

    /** Appends a row and forces it to the disk. */
    void append(String repository, String backup, Proof proof) throws IOException {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        row.put("at", proof.at().toString())
                .put("repository", repository)
                .put("backup", backup)
                .put("verdict", proof.verdict().name());
        if (proof.level() != null) {
            row.put("level", proof.level().name());
        }
        ArrayNode failures = row.putArray("failures");
        Verification verification = proof.verification();
        if (verification != null) {
            row.put("files", verification.files()).put("bytes", verification.bytes());
            verification.damages().stream().limit(MOST_FAILURES).forEach(damage -> failures.add(damage.toString()));
        }
        DrillResult drill = proof.drill();
        if (drill != null) {
            drill.failures().stream().limit(MOST_FAILURES).forEach(failures::add);
            if (drill.moment() != null) {
                row.put("moment", drill.moment().toString());
            }
            ObjectNode phases = row.putObject("phases");
            drill.phases().forEach((name, took) -> phases.put(name + "_ms", took.toMillis()));
        }
        if (proof.recovery() != null) {
            row.put("recovery_seconds", proof.recovery().toMillis() / 1e3);
        }
        chain.append(row);
    }
}
