package dev.pgvigil.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.audit.HashChain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {

    private static final Instant NOW = Instant.parse("2026-11-29T08:00:00Z");

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("audit.jsonl");
        append("anna", "sign-in", "");
        append("anna", "POST", "/api/v1/alerts/1/acknowledge");
        append("ben", "DELETE", "/api/v1/silences/2");
        append("ann\"a\u2028\n", "sign-in", "");
    }

    private void append(String caller, String action, String object) throws IOException {
        append(HashChain.open(file, each -> {}), caller, action, object);
    }

    private static void append(HashChain chain, String caller, String action, String object) throws IOException {
        AuditLog.appended(chain, NOW, List.of(caller, "127.0.0.1", action, object, "200"));
    }

    @Test
    void isWholeAsItWasWritten() {
        assertThat(verify()).startsWith("0 whole: 4 entries, the last of 2026-11-29T08:00:00Z, hash ");
    }

    @Test
    void findsChangedEntry() throws IOException {
        change(lines -> lines.set(1, lines.get(1).replace("anna", "ben")));
        assertThat(verify()).isEqualTo("1 line 2 does not follow the one before it\n1 problems\n");
    }

    @Test
    void findsRemovedEntry() throws IOException {
        change(lines -> lines.remove(1));
        assertThat(verify()).contains("line 2 does not follow the one before it");
    }

    @Test
    void findsRemovedBeginning() throws IOException {
        change(lines -> lines.remove(0));
        assertThat(verify()).contains("line 1 does not follow");
    }

    @Test
    void findsEntryThatWasPutIn() throws IOException {
        change(lines -> lines.add(2, lines.get(1)));
        assertThat(verify()).contains("line 3 does not follow");
    }

    @Test
    void continuesAfterLineThatCrashCutOff() throws IOException {
        Files.writeString(file, "{\"sequence\":5,\"at\"", StandardOpenOption.APPEND);
        append("anna", "sign-out", "");
        assertThat(verify()).isEqualTo("1 line 5 is no entry\n1 problems\n");
    }

    @Test
    void findsBytesThatAreNoText() throws IOException {
        Files.write(file, new byte[] {(byte) 0xFF, (byte) 0xC0, '\n'}, StandardOpenOption.APPEND);
        assertThat(verify()).isEqualTo("1 line 5 is no entry\n1 problems\n");
    }

    @Test
    void beginsNewChainIfTheFileIsMovedAway() throws IOException {
        HashChain chain = HashChain.open(file, each -> {});
        append(chain, "anna", "sign-out", "");
        Files.move(file, folder.resolve("audit.1"));
        append(chain, "ben", "sign-in", "");
        append(chain, "ben", "sign-out", "");

        assertThat(verify()).startsWith("0 whole: 2 entries");
        assertThat(run("verify", folder.resolve("audit.1").toString())).startsWith("0 whole: 5 entries");
    }

    @Test
    void saysHowItIsUsed() {
        assertThat(run("verify")).isEqualTo("2 ");
        assertThat(run("verify", folder.resolve("none").toString())).isEqualTo("2 ");
    }

    private interface Change {
        void of(List<String> lines);
    }

    private void change(Change change) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        change.of(lines);
        Files.write(file, lines);
    }

    private String verify() {
        return run("verify", file.toString());
    }

    private static String run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int status = SecurityCommands.audit(
                List.of(args),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
        return status + " " + out.toString(StandardCharsets.UTF_8);
    }
}
