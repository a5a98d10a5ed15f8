package dev.pgvigil.alert;

import static java.util.Comparator.comparing;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.alert.channel.Notification;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.config.Secret;
import dev.pgvigil.slo.SpentBudget;
import dev.pgvigil.state.ActiveAlert;
import dev.pgvigil.state.EventLog;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * From events to the outbox, one tick at a time: alerts of the findings, the list of stages, and the dispatcher. No I/O and no clock of
 * its own. Not thread-safe.
 */
final class AlertEngine {

    /** The target of findings about pgvigil itself. */
    static final String SELF = "pgvigil";

    static final int SILENCES = 1000;

    private static final int BATCH = 1000;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /** A restored alert whose finding does not come back in this time, and of which no check says anything, is over. */
    private static final Duration GRACE = Duration.ofMinutes(15);

    private final Alerts alerts = new Alerts(this::rule);
    private final List<Silence> silences = new ArrayList<>();
    private final Dispatcher dispatcher;
    private final Incidents incidents = new Incidents();
    private final Outbox outbox;
    private final Scopes scopes;
    private final List<Stage> stages;
    private final Instant started;

    private AlertSettings settings;
    private Snapshot snapshot;
    private Map<String, Candidate> candidates = new LinkedHashMap<>();
    private long position = -1;
    private int overdue;

    /**
     * An engine.
     *
     * @param reachability checks whose critical finding means that a server does not answer
     * @param scopes of which only this process' own are sent; alerts of others are as their process keeps them
     */
    AlertEngine(
            AlertSettings settings,
            CauseAnalysis causes,
            Set<String> reachability,
            Outbox outbox,
            Scopes scopes,
            Snapshot snapshot,
            Instant now) {
        this.settings = settings;
        this.outbox = outbox;
        this.scopes = scopes;
        this.dispatcher = new Dispatcher(scopes);
        this.snapshot = snapshot;
        this.started = now;
        // What an alert passes through, in this order; routing, grouping and deduplication follow in the dispatcher.
        this.stages = List.of(
                new Silencing(() -> this.settings.maintenance()),
                new Silencing(() -> silences),
                new Inhibition(causes, reachability));
        configure(settings);
    }

    void configure(AlertSettings next) {
        settings = next;
        outbox.receivers(next.receivers().keySet());
        dispatcher.log().retain(next.receivers().keySet());
    }

    /** Continues what an earlier process kept. */
    void restore(AlertStateFile.Kept kept) {
        alerts.restore(kept.open(), kept.resolved(), kept.dismissed());
        silences.addAll(kept.silences());
        dispatcher.log().restore(kept.told());
        dispatcher.log().retain(settings.receivers().keySet());
        dispatcher.exposed().putAll(kept.exposed());
        outbox.restore(kept.outbox(), kept.dead());
        incidents.restore(kept.incidents());
    }

    /**
     * Takes what is kept of a scope in the place of what is known of it here. What is known only here stays.
     *
     * @param told whether this process told people something that is not kept, so that it owes them its end
     */
    void restore(String scope, AlertStateFile.Kept kept, boolean told) {
        Map<String, Alert> here = new LinkedHashMap<>();
        alerts.open().stream()
                .filter(alert -> scopes.of(alert.target()).equals(scope))
                .forEach(alert -> here.put(alert.fingerprint(), alert));
        List<Alert> open = new ArrayList<>();
        kept.open().forEach(alert -> open.add(acknowledged(alert, here.remove(alert.fingerprint()))));
        here.values().stream()
                .filter(alert -> !kept.dismissed().contains(alert.fingerprint()))
                .forEach(open::add);
        alerts.forget(target -> scopes.of(target).equals(scope));
        alerts.restore(open, kept.resolved(), kept.dismissed());
        List<NotificationLog.Entry> before = dispatcher.log().forget(scope);
        dispatcher.log().restore(kept.told());
        if (told) {
            dispatcher.log().merge(before);
        } else {
            incidents.forget(target -> scopes.of(target).equals(scope));
        }
        incidents.restore(kept.incidents());
        dispatcher.log().retain(settings.receivers().keySet());
        dispatcher.exposed().putAll(kept.exposed());
        position = -1; // what is open now is compared with it
    }

    /** Another process tells people of a scope now. */
    void lost(String scope) {
        dispatcher.log().forget(scope);
    }

    /** Somebody may have acknowledged it here while the other process could not be told. */
    private static Alert acknowledged(Alert kept, @Nullable Alert here) {
        return here != null
                        && here.acknowledgement() != null
                        && kept.acknowledgement() == null
                        && kept.fires()
                        && here.fires()
                ? kept.with(here.state())
                : kept;
    }

    /** What is known of each scope that has anything. */
    Map<String, AlertStateFile.Kept> keptByScope() {
        Map<String, Collecting> byScope = new HashMap<>();
        Function<String, Collecting> of = scope -> byScope.computeIfAbsent(scope, _ -> new Collecting());
        alerts.open().forEach(alert -> {
            Collecting scope = of.apply(scopes.of(alert.target()));
            scope.open.add(alert);
            Instant exposed = dispatcher.exposed().get(alert.id());
            if (exposed != null) {
                scope.exposed.put(alert.id(), exposed);
            }
        });
        alerts.resolved()
                .forEach(alert -> of.apply(scopes.of(alert.target())).resolved.add(alert));
        alerts.dismissed()
                .forEach((fingerprint, target) ->
                        of.apply(scopes.of(target)).dismissed.add(fingerprint));
        incidents
                .all()
                .forEach(one -> of.apply(scopes.of(one.target())).incidents.add(one));
        dispatcher
                .log()
                .entries()
                .forEach(entry -> of.apply(entry.key().scope()).told.add(entry));
        Map<String, AlertStateFile.Kept> kept = new HashMap<>();
        byScope.forEach((scope, all) -> kept.put(scope, all.kept()));
        return kept;
    }

    /** What belongs to one scope. */
    private static final class Collecting {

        private final List<Alert> open = new ArrayList<>();
        private final List<Alert> resolved = new ArrayList<>();
        private final Set<String> dismissed = new HashSet<>();
        private final List<NotificationLog.Entry> told = new ArrayList<>();
        private final Map<String, Instant> exposed = new HashMap<>();
        private final List<Incident> incidents = new ArrayList<>();

        private AlertStateFile.Kept kept() {
            return AlertStateFile.Kept.of(open, resolved, dismissed, told, exposed, incidents);
        }
    }

    List<Silence> silences() {
        return List.copyOf(silences);
    }

    /** Takes the silences of all processes in the place of those here. */
    void silences(List<Silence> all) {
        silences.clear();
        silences.addAll(all);
    }

    AlertStateFile.Kept kept() {
        return AlertStateFile.Kept.of(alerts, silences, dispatcher, outbox, incidents);
    }

    /** Follows the events up to now and offers what is due to the outbox. */
    void tick(Snapshot latest, EventLog log, Instant now) {
        snapshot = latest;
        follow(log, now);
        alerts.confirm(alert -> closed(alert, now), now);
        watchReceivers(now);
        alerts.tick(now);
        silences.removeIf(silence -> !now.isBefore(silence.until()));
        List<Candidate> firing = new ArrayList<>();
        for (Alert alert : alerts.open()) {
            if (alert.fires()) {
                firing.add(new Candidate(alert, alert.severity(), target(alert.target()), null));
            }
        }
        Stage.Moment moment = new Stage.Moment(now, snapshot);
        for (Stage stage : stages) {
            firing = stage.apply(firing, moment);
        }
        dispatcher.dispatch(firing, settings, now, (one, receiver) -> item(one, receiver, now), outbox::offer);
        overdue = dispatcher.overdue(firing, settings.routes(), now.minus(PATIENCE));
        Map<String, Candidate> next = new LinkedHashMap<>();
        firing.forEach(one -> next.put(one.alert().id(), one));
        candidates = next;
    }

    private void follow(EventLog log, Instant now) {
        if (position < 0) {
            reconcile(log, now);
        }
        EventLog.Batch batch = log.since(position, BATCH);
        while (!batch.entries().isEmpty() || batch.gap()) {
            if (batch.gap()) {
                reconcile(log, now);
            } else {
                batch.entries().forEach(entry -> apply(entry.event(), now));
                position = batch.next().sequence();
            }
            batch = log.since(position, BATCH);
        }
    }

    private void apply(FleetEvent event, Instant now) {
        alerts.apply(event, now);
    }

    /** Reads what is open instead of events that are lost, or that were before this process followed them. */
    private void reconcile(EventLog log, Instant now) {
        EventLog.OpenFindings open = log.open();
        Map<String, List<Finding>> findings = new HashMap<>(open.findings());
        List<Finding> own = alerts.open().stream()
                .filter(alert -> alert.target().equals(SELF))
                .map(Alert::finding)
                .toList();
        findings.merge(SELF, own, (some, more) -> {
            List<Finding> all = new ArrayList<>(some);
            all.addAll(more);
            return all;
        });
        alerts.reconcile(findings, now);
        position = open.sequence();
    }

    /** Whether this process knows that the finding of a restored alert is not open: its check ran, or nothing came for long. */
    private boolean closed(Alert alert, Instant now) {
        if (!now.isBefore(started.plus(GRACE))) {
            return true;
        }
        TargetState state = snapshot.targets().get(alert.target());
        if (state == null) {
            return false;
        }
        Outcome<?> outcome = snapshot.serverOf(state).outcome(state, alert.type());
        return outcome instanceof Outcome.Observed<?> observed
                && observed.at().isAfter(started)
                && state.findings().stream()
                        .noneMatch(
                                finding -> finding.key().equals(alert.finding().key()));
    }

    /** A receiver that fails is an alert of its own, which other receivers can have. */
    private void watchReceivers(Instant now) {
        for (Outbox.Receiver receiver : outbox.receivers()) {
            Instant failing = receiver.failingSince();
            boolean dead = receiver.deadSinceDelivery() > 0;
            String key = "receiver/" + receiver.name();
            if (dead || (failing != null && !now.isBefore(failing.plus(PATIENCE)))) {
                alerts.seen(SELF, undelivered(receiver, dead, key), now);
            } else if (failing == null) {
                alerts.gone(Alert.fingerprint(SELF, "notifications/" + key), now);
            }
        }
    }

    private static Finding undelivered(Outbox.Receiver receiver, boolean dead, String key) {
        return Finding.of(
                        "notifications",
                        key,
                        dead ? Status.UNHEALTHY : Status.DEGRADED,
                        dead ? Severity.CRITICAL : Severity.HIGH,
                        dead ? "Notifications were given up" : "Notifications cannot be delivered",
                        "The receiver " + receiver.name() + " fails: " + receiver.error() + ".")
                .evidence(List.of(Map.of(
                        "receiver",
                        receiver.name(),
                        "waiting",
                        receiver.queued(),
                        "dead_letters",
                        receiver.deadSinceDelivery())))
                .cause("The receiver is not reachable, refuses what it gets, or its configuration is wrong.")
                .action("Run pgvigil test-alert " + receiver.name() + ". What was given up is listed at"
                        + " /api/v1/alerts/receivers: tell people by other means.");
    }

    private AlertRule rule(String name, Finding finding) {
        return settings.rule(name, target(name), finding);
    }

    private @Nullable Target target(String name) {
        TargetState state = snapshot.targets().get(name);
        return state == null ? null : state.target();
    }

    private Notification.Item item(Candidate one, String receiver, Instant now) {
        Alert alert = one.alert();
        Finding finding = alert.finding();
        Target target = one.target();
        Map<String, String> labels = new HashMap<>(target == null ? Map.of() : target.tags());
        labels.put("target", alert.target());
        labels.put("server", one.server());
        if (target != null && !target.region().isEmpty()) {
            labels.put("region", target.region());
        }
        String page = settings.page();
        Secret key = settings.linkSecret();
        return new Notification.Item(
                alert.id(),
                alert.fingerprint(),
                alert.target(),
                alert.type(),
                finding.key(),
                one.severity(),
                finding.title(),
                alert.message(),
                alert.metrics(),
                labels,
                alert.timestamp(),
                null,
                finding.cause(),
                finding.action(),
                page == null || key == null
                        ? null
                        : AcknowledgeLink.of(alert.id(), receiver, now, key).address(page));
    }

    @Nullable
    Alert acknowledge(String id, String by, Instant now) {
        return alerts.acknowledge(id, by, now);
    }

    @Nullable
    Alert resolve(String id, Instant now) {
        return alerts.dismiss(id, now);
    }

    /** Adds a silence; false: there are too many. */
    boolean silence(Silence silence) {
        return silences.size() < SILENCES && silences.add(silence);
    }

    boolean unsilence(String id) {
        return silences.removeIf(silence -> silence.id().equals(id));
    }

    AlertReport report(String stateFile, String store) {
        Map<String, List<String>> told = dispatcher.log().receiversById();
        List<AlertReport.Shown> shown = new ArrayList<>();
        alerts.open()
                .forEach(alert -> shown.add(AlertReport.Shown.of(
                        alert, candidates.get(alert.id()), told.getOrDefault(alert.id(), List.of()))));
        shown.sort(comparing(AlertReport.Shown::severity, Comparator.<Severity>reverseOrder())
                .thenComparing(one -> one.alert().timestamp()));
        alerts.resolved().forEach(alert -> shown.add(AlertReport.Shown.of(alert, null, List.of())));
        return new AlertReport(
                List.copyOf(shown),
                List.copyOf(silences),
                settings.maintenance(),
                outbox.receivers(),
                outbox.deadLetters(),
                alerts.omitted(),
                overdue,
                stateFile,
                store);
    }

    /** Follows the alerts of this process' own scopes. */
    void follow(AlertReport report, Function<String, List<SpentBudget>> spent, Instant now) {
        incidents.observe(
                report.alerts().stream()
                        .filter(one -> scopes.mine(scopes.of(one.alert().target())))
                        .toList(),
                alert -> {
                    Candidate candidate = candidates.get(alert.id());
                    return candidate == null ? null : candidate.server();
                },
                spent,
                now);
    }

    List<Incident> incidents() {
        return incidents.all();
    }

    @Nullable
    Incident note(String id, String by, String text, Instant now) {
        return incidents.note(id, by, text, now);
    }

    /** The alerts that fire, worst first. */
    static List<ActiveAlert> active(AlertReport report) {
        return report.alerts().stream()
                .filter(one -> one.state().active())
                .map(AlertReport.Shown::active)
                .toList();
    }
}
