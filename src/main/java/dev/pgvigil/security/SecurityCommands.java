package dev.pgvigil.security;

import dev.pgvigil.audit.HashChain;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The commands {@code hash-password}, {@code new-token} and {@code audit verify FILE}: what {@code security} needs in the
 * configuration, and the proof that an audit log is whole.
 */
public final class SecurityCommands {

    public static final String HASH = "hash-password";
    public static final String TOKEN = "new-token";
    public static final String AUDIT = "audit";

    private static final int OK = 0;
    private static final int BAD = 1;
    private static final int USAGE = 2;
    private static final int SHORTEST = 12;
    private static final int TOKEN_BYTES = 32;
    private static final int SHOWN = 20;

    private SecurityCommands() {}

    /** Reads a password from the terminal or from one line of the input, and prints its hash; 0, or 1 if it is too short. */
    public static int hash(PrintStream out, PrintStream err) {
        String password = password();
        if (password == null || password.length() < SHORTEST || password.length() > Passwords.LONGEST) {
            err.println("a password has " + SHORTEST + " to " + Passwords.LONGEST + " characters");
            return BAD;
        }
        out.println(Passwords.hash(password));
        return OK;
    }

    private static @Nullable String password() {
        Console console = Objects.requireNonNull(System.console());
        if (console.isTerminal()) {
            char[] typed = console.readPassword("Password: ");
            return typed == null ? null : new String(typed);
        }
        try {
            return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints a new API token, and what the configuration needs to know it by. */
    public static int token(PrintStream out) {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        String token = "pgv_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        out.println("token (shown only now): " + token);
        out.println("configuration:");
        out.println("  security: { tokens: { NAME: { sha256: " + Accounts.sha256(token) + ", role: viewer } } }");
        return OK;
    }

    /** Verifies the chain of an audit log, of pgvigil or of backups; 0 if it is whole, 1 if it is not, 2 for wrong usage. */
    public static int audit(List<String> args, PrintStream out, PrintStream err) {
        if (args.size() != 2 || !args.getFirst().equals("verify") || !Files.isReadable(Path.of(args.getLast()))) {
            err.println("usage: pgvigil audit verify FILE");
            return USAGE;
        }
        HashChain.Content content;
        try {
            content = HashChain.read(Path.of(args.getLast()), each -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> problems = content.problems();
        HashChain.Entry last = content.last();
        problems.stream().limit(SHOWN).forEach(out::println);
        if (problems.isEmpty() && last != null) {
            // What was cut off at the end can be seen only by who has written this down.
            out.println("whole: " + last.sequence() + " entries, the last of "
                    + last.values().path("at").asText() + ", hash " + last.hash());
        } else if (last == null) {
            out.println("no entries");
        } else {
            out.println(problems.size() + " problems");
        }
        return problems.isEmpty() ? OK : BAD;
    }
}
