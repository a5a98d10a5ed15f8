package dev.pgvigil.security;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.http.AccessEnded;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of browsers. The cookie is 256 random bits, of which the hash alone is kept; sign-out, a removed user and a new
 * token end a session and its open streams at once, its end does within ten seconds. Kept in memory: a restart ends all. Thread-safe.
 */
@Singleton
final class Sessions {

    static final String COOKIE = "pgvigil_session";

    /** Beyond these the oldest ends, so that sign-ins cannot fill the memory. */
    static final int MOST = 10_000;

    /** Begins the key of a session. No name contains a space. */
    private static final String KEY = "session ";

    private static final int BYTES = 32;
    private static final String EXPIRE = "10s";

    private final Supplier<Duration> time;
    private final Consumer<AccessEnded> ended;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Open> open = new LinkedHashMap<>();

    /** @param key of the session, which is no secret */
    record Open(String key, String name, Instant end) {}

    @Inject
    Sessions(Configuration configuration, Event<AccessEnded> ended, InstantSource clock) {
        this(() -> configuration.settings().get(SecuritySection.class).session(), ended::fire, clock);
    }

    /** With that time after which a session ends. */
    Sessions(Supplier<Duration> time, Consumer<AccessEnded> ended, InstantSource clock) {
        this.time = time;
        this.ended = ended;
        this.clock = clock;
    }

    /** After which a session ends. */
    Duration time() {
        return time.get();
    }

    /** Begins a session; returns the value of its cookie. */
    String begin(String name) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String cookie = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Open session = new Open(key(cookie), name, clock.instant().plus(time()));
        Open evicted = null;
        synchronized (this) {
            if (open.size() >= MOST) {
                Iterator<Open> oldest = open.values().iterator();
                evicted = oldest.next();
                oldest.remove();
            }
            open.put(session.key, session);
        }
        if (evicted != null) {
            ended.accept(new AccessEnded(evicted.key::equals));
        }
        return cookie;
    }

    /** Ends the sessions, and their open streams, whose time is over. */
    @Scheduled(every = EXPIRE, delayed = EXPIRE, concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void expire() {
        Instant now = clock.instant();
        Set<String> keys = new HashSet<>();
        synchronized (this) {
            open.values().stream()
                    .filter(session -> !now.isBefore(session.end))
                    .forEach(session -> keys.add(session.key));
            open.keySet().removeAll(keys);
        }
        if (!keys.isEmpty()) {
            ended.accept(new AccessEnded(keys::contains));
        }
    }

    /** The session of that cookie; null: none, or it has ended. */
    synchronized @Nullable Open of(String cookie) {
        Open session = open.get(key(cookie));
        return session == null || !clock.instant().isBefore(session.end) ? null : session;
    }

    /** Ends the session of that cookie, if there is one. */
    @Nullable
    Open end(String cookie) {
        Open removed;
        synchronized (this) {
            removed = open.remove(key(cookie));
        }
        if (removed != null) {
            ended.accept(new AccessEnded(removed.key::equals));
        }
        return removed;
    }

    /** Ends the sessions and the open streams of callers who lost their access. */
    void revoke(Predicate<String> names) {
        Set<String> keys = new HashSet<>();
        synchronized (this) {
            new HashMap<>(open).forEach((key, session) -> {
                if (names.test(session.name)) {
                    keys.add(key);
                }
            });
            open.keySet().removeAll(keys);
        }
        ended.accept(new AccessEnded(key -> key.startsWith(KEY) ? keys.contains(key) : names.test(key)));
    }

    synchronized int size() {
        return open.size();
    }

    private static String key(String cookie) {
        return KEY + Accounts.sha256(cookie);
    }
}
