package dev.pgvigil.alert;

import dev.pgvigil.alert.Route.Destination;
import dev.pgvigil.alert.channel.Notification;
import dev.pgvigil.alert.channel.Notification.Reason;
import dev.pgvigil.check.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;

/**
 * Routing, grouping and deduplication: compares what fires with what each receiver was told, and gives the outbox the difference. What
 * the outbox cannot take now is still a difference at the next call, so that nothing is lost. Not thread-safe.
 */
final class Dispatcher {

    /** Alerts in one notification; more follow in the next. */
    static final int ITEMS = 200;

    private final NotificationLog log = new NotificationLog();
    /** Since when nothing suppressed an alert, by its id; escalations count from there. */
    private final Map<String, Instant> exposed = new HashMap<>();

    private final Scopes scopes;

    Dispatcher() {
        this(Scopes.ALONE);
    }

    /** @param scopes of which only this process' own are dispatched */
    Dispatcher(Scopes scopes) {
        this.scopes = scopes;
    }

    /** What may be sent to a receiver about a group. */
    private record Wanted(Candidate alert, boolean escalated) {}

    NotificationLog log() {
        return log;
    }

    Map<String, Instant> exposed() {
        return exposed;
    }

    /**
     * Offers the notifications that are due.
     *
     * @param candidates every alert that fires, after all stages
     * @param item describes an alert to a receiver
     * @param outbox takes a notification of a scope, or returns false if it has no place for it
     */
    void dispatch(
            List<Candidate> candidates,
            AlertSettings settings,
            Instant now,
            BiFunction<Candidate, String, Notification.Item> item,
            BiPredicate<Notification, String> outbox) {
        expose(candidates, now);
        Map<NotificationLog.Key, List<Wanted>> wanted = route(candidates, settings.routes(), now);
        Set<NotificationLog.Key> keys = new LinkedHashSet<>(wanted.keySet());
        log.keys().stream().filter(key -> scopes.mine(key.scope())).forEach(keys::add);
        Set<String> firing = new HashSet<>();
        Set<String> muted = new HashSet<>();
        for (Candidate one : candidates) {
            firing.add(one.alert().id());
            if (!one.sent()) {
                muted.add(one.alert().id());
            }
        }
        for (NotificationLog.Key key : keys) {
            Group group = new Group(log.of(key).muting(muted), wanted.getOrDefault(key, List.of()), firing);
            log.put(group.next(settings, now, item, outbox));
        }
    }

    /** The alerts of which a receiver should have been told before that time, and was not: the outbox had no place. */
    int overdue(List<Candidate> candidates, List<Route> routes, Instant before) {
        int overdue = 0;
        for (Candidate one : candidates) {
            Instant since = exposed.get(one.alert().id());
            if (one.sent()
                    && scopes.mine(scope(one))
                    && since != null
                    && since.isBefore(before)
                    && routes.stream()
                            .filter(route -> route.selects(one))
                            .flatMap(route -> route.destinations(one, since, before).stream())
                            .filter(Destination::escalated)
                            .anyMatch(to -> !log.of(key(to, one))
                                    .told()
                                    .containsKey(one.alert().id()))) {
                overdue++;
            }
        }
        return overdue;
    }

    private String scope(Candidate one) {
        return scopes.of(one.alert().target());
    }

    /** Groups of different scopes are different ones, also for their receivers. */
    private NotificationLog.Key key(Destination to, Candidate one) {
        String scope = scope(one);
        String server = "server=" + one.server();
        return new NotificationLog.Key(
                to.receiver(),
                scopes.whole() || to.group().contains(server) ? to.group() : to.group() + ", " + server,
                scope);
    }

    private void expose(List<Candidate> candidates, Instant now) {
        Map<String, Instant> next = new HashMap<>();
        for (Candidate one : candidates) {
            if (one.sent()) {
                String id = one.alert().id();
                next.put(id, exposed.getOrDefault(id, now));
            }
        }
        exposed.clear();
        exposed.putAll(next);
    }

    private Map<NotificationLog.Key, List<Wanted>> route(List<Candidate> candidates, List<Route> routes, Instant now) {
        Map<NotificationLog.Key, List<Wanted>> wanted = new LinkedHashMap<>();
        for (Candidate one : candidates) {
            Set<NotificationLog.Key> seen = new HashSet<>();
            for (Route route : one.sent() && scopes.mine(scope(one)) ? routes : List.<Route>of()) {
                if (!route.selects(one)) {
                    continue;
                }
                for (Destination to :
                        route.destinations(one, exposed.getOrDefault(one.alert().id(), now), now)) {
                    NotificationLog.Key key = key(to, one);
                    if (seen.add(key)) {
                        wanted.computeIfAbsent(key, _ -> new ArrayList<>()).add(new Wanted(one, to.escalated()));
                    }
                }
                if (route.last()) {
                    break;
                }
            }
        }
        return wanted;
    }

    /**
     * One group of one receiver.
     *
     * @param firing ids of all alerts that fire, suppressed or not
     */
    private record Group(NotificationLog.Entry entry, List<Wanted> wanted, Set<String> firing) {

        NotificationLog.Entry next(
                AlertSettings settings,
                Instant now,
                BiFunction<Candidate, String, Notification.Item> item,
                BiPredicate<Notification, String> outbox) {
            List<Wanted> news = wanted.stream().filter(this::isNew).toList();
            List<NotificationLog.Told> over = entry.told().values().stream()
                    .filter(one -> !firing.contains(one.item().id()))
                    .toList();
            boolean reminder = news.isEmpty() && over.isEmpty() && remindable(settings, now);
            if (news.isEmpty() && over.isEmpty() && !reminder) {
                return entry.pending(null);
            }
            Instant since = entry.pendingSince() == null ? now : entry.pendingSince();
            if (!reminder && now.isBefore(due(news, over, since, settings))) {
                return entry.pending(since);
            }
            return told(settings, now, news, over, item, outbox).orElse(entry.pending(since));
        }

        /** Not told yet, told when it was less severe, or told before it was suppressed. */
        private boolean isNew(Wanted one) {
            NotificationLog.Told told = entry.told().get(one.alert().alert().id());
            return told == null
                    || told.muted()
                    || one.alert().severity().compareTo(told.item().severity()) > 0;
        }

        private boolean remindable(AlertSettings settings, Instant now) {
            Instant at = entry.at();
            return at != null
                    && !now.isBefore(at.plus(settings.repeatInterval()))
                    && wanted.stream().anyMatch(one -> one.alert().alert().acknowledgement() == null);
        }

        /** When to tell it: critical alerts, escalations and the end of the last alert do not wait; others are collected. */
        private Instant due(List<Wanted> news, List<NotificationLog.Told> over, Instant since, AlertSettings settings) {
            boolean urgent =
                    news.stream().anyMatch(one -> one.alert().severity() == Severity.CRITICAL || one.escalated())
                            || (news.isEmpty() && over.size() == entry.told().size());
            if (urgent) {
                return since;
            }
            Instant collected = since.plus(settings.groupWait());
            Instant at = entry.at();
            Instant next = at == null ? collected : at.plus(settings.groupInterval());
            return next.isAfter(collected) ? next : collected;
        }

        private Optional<NotificationLog.Entry> told(
                AlertSettings settings,
                Instant now,
                List<Wanted> news,
                List<NotificationLog.Told> over,
                BiFunction<Candidate, String, Notification.Item> item,
                BiPredicate<Notification, String> outbox) {
            List<Notification.Item> resolved = over.stream()
                    .limit(ITEMS)
                    .map(told -> told.item().resolved(now))
                    .toList();
            Map<String, NotificationLog.Told> next = new LinkedHashMap<>(entry.told());
            resolved.forEach(one -> next.remove(one.id()));
            List<Notification.Item> firingNow = new ArrayList<>();
            news.stream()
                    .limit(ITEMS)
                    .forEach(one ->
                            firingNow.add(item.apply(one.alert(), entry.key().receiver())));
            firingNow.forEach(one -> next.put(one.id(), new NotificationLog.Told(one, false)));
            // What the receiver knows already follows what is new, in its latest figures where it is still sent.
            Map<String, Candidate> latest = new HashMap<>();
            wanted.forEach(one -> latest.put(one.alert().alert().id(), one.alert()));
            Set<String> shown = new HashSet<>();
            firingNow.forEach(one -> shown.add(one.id()));
            next.forEach((id, told) -> {
                if (firing.contains(id) && !shown.contains(id) && firingNow.size() < ITEMS) {
                    Candidate known = latest.get(id);
                    firingNow.add(
                            known == null
                                    ? told.item()
                                    : item.apply(known, entry.key().receiver()));
                }
            });
            Notification notification = new Notification(
                    Ids.random(),
                    entry.key().receiver(),
                    entry.key().group(),
                    Ids.of(entry.key().receiver(), entry.key().group()),
                    reason(news, firingNow),
                    now,
                    firingNow,
                    resolved,
                    (int) (next.keySet().stream().filter(firing::contains).count() - firingNow.size())
                            + Math.max(0, news.size() - ITEMS),
                    settings.page());
            return outbox.test(notification, entry.key().scope())
                    ? Optional.of(new NotificationLog.Entry(
                            entry.key(), news.size() > ITEMS || over.size() > ITEMS ? now : null, now, next))
                    : Optional.empty();
        }

        private static Reason reason(List<Wanted> news, List<Notification.Item> firingNow) {
            if (firingNow.isEmpty()) {
                return Reason.RESOLVED;
            }
            if (news.isEmpty()) {
                return Reason.REMINDER;
            }
            return news.stream().allMatch(Wanted::escalated) ? Reason.ESCALATED : Reason.FIRED;
        }
    }
}
