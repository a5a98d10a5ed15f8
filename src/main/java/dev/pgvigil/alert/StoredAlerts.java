package dev.pgvigil.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings the engine and the store together: takes over what this process may act for, keeps what changed before it is sent, and follows what other
 * processes keep. While the store is away everything goes on in memory, and is kept when it is back. Not thread-safe.
 */
final class StoredAlerts {

    /** At a start, alerts wait this long for a store that does not answer yet, so that nothing is told again that was told before. */
    private static final Duration START = Duration.ofSeconds(10);

    private final AlertStore store;
    private final StoredOutbox outbox;
    private final OwnedScopes scopes;
    /** Scopes that this process has taken, with the token that the store has of it. */
    private final Map<String, Long> taken = new HashMap<>();
    /** What the store has of these scopes. */
    private final Map<String, AlertStateFile.Kept> written = new HashMap<>();

    private final Map<String, Silence> silences = new HashMap<>();
    private @Nullable Instant started;
    private Instant changedSince = Instant.EPOCH;
    private boolean first = true;
    private boolean silencesRead;

    StoredAlerts(AlertStore store, StoredOutbox outbox, OwnedScopes scopes) {
        this.store = store;
        this.outbox = outbox;
        this.scopes = scopes;
    }

    /** Whether what an earlier process kept is not known yet, and may be soon. */
    boolean waits(Instant now) {
        Instant since = started == null ? now : started;
        started = since;
        return taken.isEmpty() && !scopes.tokens().isEmpty() && now.isBefore(since.plus(START));
    }

    /** Reads what the store knows better. Returns ids of actions that were applied, to be given to {@link #write}. */
    List<Long> read(AlertEngine engine, Instant now) {
        if (!store.usable(now)) {
            return List.of();
        }
        try {
            take(engine, now);
            if (first) {
                outbox.restore(List.of(), store.deadLetters(now));
                first = false;
            }
            if (!scopes.alone()) {
                follow(engine, now);
                return act(engine, now);
            }
        } catch (AlertStore.Away e) {
            return List.of(); // the store says so itself
        }
        return List.of();
    }

    private void take(AlertEngine engine, Instant now) throws AlertStore.Away {
        if (scopes.alone() && scopes.tokens().containsValue(0L)) {
            scopes.own(store.nextToken(now));
        }
        Map<String, Long> tokens = scopes.tokens();
        for (String scope : Set.copyOf(taken.keySet())) {
            if (!tokens.containsKey(scope)) {
                lose(engine, scope);
            }
        }
        Map<String, Long> wanted = new HashMap<>(tokens);
        wanted.keySet().removeAll(taken.keySet());
        if (wanted.isEmpty()) {
            return;
        }
        Map<String, AlertStore.Taken> got = store.take(wanted, now);
        wanted.forEach((scope, token) -> {
            AlertStore.Taken one = got.get(scope);
            if (one == null && scopes.alone()) {
                store.displaced(scope);
            } else if (one == null) {
                scopes.refused(scope);
            } else {
                taken.put(scope, token);
                outbox.taken(scope, one.waiting());
                AlertStateFile.Kept state = one.state();
                if (state != null) {
                    remember(scope, state);
                    engine.restore(scope, state, true);
                    written.put(scope, state);
                }
            }
        });
    }

    private void lose(AlertEngine engine, String scope) {
        taken.remove(scope);
        written.remove(scope);
        outbox.lost(scope);
        engine.lost(scope);
    }

    private void remember(String scope, AlertStateFile.Kept state) {
        scopes.remember(
                scope,
                Stream.concat(
                                Stream.concat(state.open().stream(), state.resolved().stream())
                                        .map(Alert::target),
                                state.incidents().stream().map(Incident::target))
                        .collect(Collectors.toSet()));
    }

    /** Alerts of other processes are shown as these keep them. */
    private void follow(AlertEngine engine, Instant now) throws AlertStore.Away {
        AlertStore.Changed changed = store.changed(changedSince, taken.keySet(), now);
        changedSince = changed.until();
        changed.states().forEach((scope, state) -> {
            remember(scope, state);
            engine.restore(scope, state, false);
        });
    }

    private List<Long> act(AlertEngine engine, Instant now) throws AlertStore.Away {
        List<Long> applied = new ArrayList<>();
        for (AlertStore.Action action : store.actions(taken.keySet(), now)) {
            switch (action.kind()) {
                case ACKNOWLEDGE -> engine.acknowledge(action.alert(), action.by(), now);
                case RESOLVE -> engine.resolve(action.alert(), now);
            }
            applied.add(action.id());
        }
        return applied;
    }

    /** Keeps what changed; to be called before anything is sent. */
    void write(AlertEngine engine, List<Long> applied, Instant now) {
        if (!store.usable(now)) {
            return;
        }
        try {
            keep(engine, now);
            if (!applied.isEmpty()) {
                store.applied(applied, now);
            }
            silences(engine, now);
            outbox.flush(now);
        } catch (AlertStore.Away e) {
            return; // the store says so itself; what is not kept is still a difference the next time
        }
    }

    private void keep(AlertEngine engine, Instant now) throws AlertStore.Away {
        Map<String, AlertStateFile.Kept> known = engine.keptByScope();
        List<Outbox.Entry> offered = outbox.offered().stream()
                .filter(entry -> taken.containsKey(entry.scope()))
                .toList();
        Set<String> sending = offered.stream().map(Outbox.Entry::scope).collect(Collectors.toSet());
        List<AlertStore.Change> changes = new ArrayList<>();
        taken.forEach((scope, token) -> {
            AlertStateFile.Kept current = known.getOrDefault(scope, AlertStateFile.Kept.NOTHING);
            if (sending.contains(scope) || !current.equals(written.getOrDefault(scope, AlertStateFile.Kept.NOTHING))) {
                changes.add(new AlertStore.Change(scope, scopes.tokens().getOrDefault(scope, token), token, current));
            }
        });
        if (changes.isEmpty()) {
            return;
        }
        Set<String> refused = store.keep(changes, offered, now);
        for (AlertStore.Change change : changes) {
            if (refused.contains(change.scope())) {
                lose(engine, change.scope()); // taken again with the next token, or refused
            } else {
                taken.put(change.scope(), change.token());
                written.put(change.scope(), change.state());
            }
        }
        outbox.kept(offered.stream()
                .filter(entry -> !refused.contains(entry.scope()))
                .toList());
    }

    private void silences(AlertEngine engine, Instant now) throws AlertStore.Away {
        Map<String, Silence> here = new HashMap<>();
        engine.silences().forEach(silence -> here.put(silence.id(), silence));
        List<Silence> added = here.values().stream()
                .filter(silence -> !silences.containsKey(silence.id()))
                .toList();
        Set<String> ended = new HashSet<>(silences.keySet());
        ended.removeAll(here.keySet());
        if (scopes.alone() && added.isEmpty() && ended.isEmpty() && silencesRead) {
            return;
        }
        List<Silence> all = store.silences(added, ended, now);
        silences.clear();
        all.forEach(silence -> silences.put(silence.id(), silence));
        engine.silences(all);
        silencesRead = true;
    }

    /** Gives what somebody did to the process that may act for the alert. */
    void tell(Alert alert, AlertStore.Action.Kind kind, String by, Instant now) throws AlertStore.Away {
        store.act(scopes.of(alert.target()), alert.id(), kind, by, now);
    }

    /** {@code ok} or {@code away}. */
    String state() {
        return store.problem() == null && !taken.isEmpty() ? "ok" : "away";
    }
}
