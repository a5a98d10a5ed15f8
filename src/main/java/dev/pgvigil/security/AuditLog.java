package dev.pgvigil.security;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pgvigil.config.Configuration;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    private static final ObjectMapper JSON = JsonMapper.builder().build();

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
    private @Nullable Entry last;

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
     * @param hash SHA-256 of all other values
     */
    record Entry(
            @JsonProperty("sequence") long sequence,
            @JsonProperty("at") String at,
            @JsonProperty("caller") String caller,
            @JsonProperty("client") String client,
            @JsonProperty("action") String action,
            @JsonProperty("object") String object,
            @JsonProperty("outcome") String outcome,
            @JsonProperty("previous") String previous,
            @JsonProperty("hash") String hash) {

        static final String FIRST = "0".repeat(64);

        static Entry after(@Nullable Entry last, Instant at, List<String> what) {
            long sequence = last == null ? 1 : last.sequence + 1;
            String previous = last == null ? FIRST : last.hash;
            Entry open = new Entry(
                    sequence,
                    at.toString(),
                    what.get(0),
                    what.get(1),
                    what.get(2),
                    what.get(3),
                    what.get(4),
                    previous,
                    "");
            return new Entry(
                    sequence,
                    open.at,
                    open.caller,
                    open.client,
                    open.action,
                    open.object,
                    open.outcome,
                    previous,
                    open.expected());
        }

        /** The hash that it must have. The values are written as JSON, so that none can pass for two. */
        String expected() {
            return Accounts.sha256(
                    json(List.of(Long.toString(sequence), at, caller, client, action, object, outcome, previous)));
        }

        /** Whether it is unchanged and follows that one. */
        boolean follows(@Nullable Entry last) {
            return hash.equals(expected())
                    && (last == null || (sequence == last.sequence + 1 && previous.equals(last.hash)));
        }
    }

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

    /** Appends the entry that follows the last one, and waits until the disk has it. */
    static Entry append(Path file, List<String> what, Instant at, @Nullable Entry last) throws IOException {
        Entry entry = Entry.after(last, at, what);
        Files.writeString(
                file,
                json(entry) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND,
                StandardOpenOption.DSYNC);
        return entry;
    }

    /** The last entry of the file. A line that a crash has cut off is ended, so that it spoils no other. */
    static @Nullable Entry resume(Path file) {
        try {
            Entry found = Files.exists(file) ? read(file, null) : null;
            if (Files.exists(file) && Files.size(file) > 0 && !endsWithLine(file)) {
                Files.writeString(file, "\n", StandardOpenOption.APPEND);
            }
            return found;
        } catch (IOException | UncheckedIOException e) {
            LOG.errorf("the audit log %s cannot be read: %s", file, e.getClass().getSimpleName());
            return null;
        }
    }

    private static boolean endsWithLine(Path file) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            ByteBuffer end = ByteBuffer.allocate(1);
            channel.position(channel.size() - 1).read(end);
            return end.get(0) == '\n';
        }
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    private void append(Instant at, List<String> what) {
        Path file = file();
        if (!Objects.equals(file, opened)) {
            last = file == null ? last : resume(file);
            opened = file;
        }
        Entry entry;
        try {
            entry = file == null ? Entry.after(last, at, what) : append(file, what, at, last);
        } catch (IOException e) {
            lost.increment();
            LOG.errorf(
                    "an entry of the audit log cannot be written to %s: %s",
                    file, e.getClass().getSimpleName());
            return;
        }
        last = entry;
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

    /**
     * Reads a file; returns its last entry, null if it has none.
     *
     * @param problems gets each line that is not what was written; null: they are not looked for
     * @throws UncheckedIOException if it cannot be read
     */
    static @Nullable Entry read(Path file, @Nullable List<String> problems) {
        Entry last = null;
        long number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                Entry entry = parsed(line);
                boolean begins = last == null && number == 1 && entry != null && entry.sequence != 1;
                if (problems != null && (entry == null || begins || !entry.follows(last))) {
                    problems.add(
                            "line " + number + (entry == null ? " is no entry" : " does not follow the one before it"));
                }
                last = entry == null ? last : entry;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return last;
    }

    private static @Nullable Entry parsed(String line) {
        try {
            return JSON.readValue(line, Entry.class);
        } catch (JsonProcessingException none) {
            return null;
        }
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
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
