package dev.pgvigil.security;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgvigil.audit.HashChain;
import dev.pgvigil.config.Configuration;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What was done with pgvigil, and by whom: sign-ins, changes, refusals, reloads. Each entry contains the hash of the one before,
 * so that a line that was changed, removed or put in is found by {@code pgvigil audit verify}. Entries are appended to
 * {@code security.audit-file} by one worker; without it only the latest are kept. Thread-safe.
 */
@Singleton
final class AuditLog {

    /** Entries that are kept in memory and served. */
    static final int LATEST = 1_000;

    private static final Logger LOG = Logger.getLogger(AuditLog.class);
    private static final int QUEUE = 10_000;
    private static final int LONGEST = 200;
    private static final List<String> NAMES = List.of("caller", "client", "action", "object", "outcome");

    private final Configuration configuration;
    private final Counter lost;
    private final ExecutorService worker = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(QUEUE),
            Thread.ofPlatform().daemon().name("pgvigil-audit").factory());
    private final Deque<Entry> latest = new ArrayDeque<>();
    private @Nullable Path opened;
    private HashChain chain = HashChain.inMemory();

    /**
     * One entry.
     *
     * @param sequence from 1
     * @param at RFC 3339
     * @param caller user, {@code token}, {@code token:<name>}, or what was given as the user's name
     * @param client address of the connection
     * @param action {@code sign-in}, {@code sign-out}, {@code reload}, or the method of a request
     * @param object path of a request
     * @param outcome {@code ok}, {@code refused}, {@code limited}, {@code failed}, or the status of a response
     * @param previous hash of the entry before; zeros in the first
     * @param hash SHA-256 of the line in the file without the hash itself
     */
    @Schema(name = "AuditLogEntry")
    record Entry(
            long sequence,
            String at,
            String caller,
            String client,
            String action,
            String object,
            String outcome,
            String previous,
            String hash) {}

    @Inject
    AuditLog(Configuration configuration, MeterRegistry meters) {
        this.configuration = configuration;
        this.lost = Counter.builder("pgvigil.audit.lost")
                .description("Entries of the audit log that could not be written to its file")
                .register(meters);
    }

    void start(@Observes @Priority(3) StartupEvent event) {
        configuration.onChange(
                settings -> add("", "", "reload", configuration.state().origin(), "ok"));
    }

    private @Nullable Path file() {
        return configuration.settings().get(SecuritySection.class).auditFile();
    }

    /** Adds an entry. Never blocks and never fails. */
    void add(String caller, String client, String action, String object, String outcome) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        try {
            worker.execute(
                    () -> append(now, List.of(cut(caller), cut(client), cut(action), cut(object), cut(outcome))));
        } catch (RejectedExecutionException full) {
            lost.increment();
        }
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    private void append(Instant at, List<String> what) {
        Path file = file();
        Entry entry;
        try {
            if (!Objects.equals(file, opened)) {
                chain = file == null ? HashChain.inMemory() : HashChain.open(file, each -> {});
                opened = file;
            }
            entry = appended(chain, at, what);
        } catch (IOException e) {
            lost.increment();
            LOG.errorf(
                    "an entry of the audit log cannot be written to %s: %s",
                    file, e.getClass().getSimpleName());
            return;
        }
        synchronized (latest) {
            latest.addFirst(entry);
            if (latest.size() > LATEST) {
                latest.removeLast();
            }
        }
    }

    /** The entries since the start, newest first. */
    List<Entry> latest(int limit) {
        synchronized (latest) {
            return latest.stream().limit(limit).toList();
        }
    }

    /** Appends an entry, and waits until the disk has it. */
    static Entry appended(HashChain chain, Instant at, List<String> what) throws IOException {
        ObjectNode values = JsonNodeFactory.instance.objectNode().put("at", at.toString());
        for (int i = 0; i < NAMES.size(); i++) {
            values.put(NAMES.get(i), what.get(i));
        }
        HashChain.Entry entry = chain.append(values);
        return new Entry(
                entry.sequence(),
                at.toString(),
                what.get(0),
                what.get(1),
                what.get(2),
                what.get(3),
                what.get(4),
                entry.previous(),
                entry.hash());
    }

    /** Writes what is waiting. */
    @PreDestroy
    void stop() {
        worker.shutdown();
        try {
            if (!worker.awaitTermination(2, TimeUnit.SECONDS)) {
                lost.increment(new ArrayList<>(worker.shutdownNow()).size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
