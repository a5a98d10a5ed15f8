package dev.pgvigil.alert;

import dev.pgvigil.alert.AlertSettings.OutgoingHeartbeat;
import dev.pgvigil.alert.AlertSettings.Rule;
import dev.pgvigil.alert.channel.Channel;
import dev.pgvigil.alert.channel.Channels;
import dev.pgvigil.alert.channel.Messages;
import dev.pgvigil.alert.channel.OutboundPolicy;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import dev.pgvigil.config.Section;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code pgvigil.alerts}: which findings become alerts, who is told of them, and what follows while nobody acknowledges. */
@Singleton
final class AlertsSection implements Section<AlertSettings> {

    private static final int MOST = 100;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Override
    public String key() {
        return "alerts";
    }

    @Override
    public AlertSettings read(Node node) {
        OutboundPolicy outbound =
                OutboundPolicy.read(node.doc("What may be reached").child("outbound"));
        Map<String, Channel> receivers = receivers(node, outbound);
        Map<String, Route.Escalation> escalations = escalations(node, receivers.keySet());
        URI page = Channels.address(
                node.doc("Address of this pgvigil for people, such as https://pgvigil.example.com, for links"), "url");
        String secret = node.secret("Signs links that acknowledge an alert: 32 characters or more")
                .string("link-secret");
        if (secret != null && secret.length() < 32) {
            node.child("link-secret").problem("must have 32 characters or more");
        }
        return new AlertSettings(
                rules(node),
                routes(node, receivers.keySet(), escalations),
                receivers,
                maintenance(node),
                node.doc("How long a group of alerts that are not critical is collected before its first notification")
                        .duration("group-wait", Duration.ofSeconds(30), Duration.ZERO, Duration.ofHours(1)),
                node.doc("Shortest time between two notifications of a group, unless one is critical")
                        .duration("group-interval", Duration.ofMinutes(5), SECOND, DAY),
                node.doc("Time after which alerts that nobody acknowledged are sent again")
                        .duration("repeat-interval", Duration.ofHours(4), Duration.ofMinutes(1), DAY),
                node.doc("Age at which a notification that cannot be delivered becomes a dead letter")
                        .duration("give-up-after", Duration.ofHours(12), Duration.ofMinutes(1), Duration.ofDays(7)),
                outbound,
                Messages.read(node.doc("Files with templates of your own").child("templates")),
                page == null ? null : page.toString().replaceAll("/+$", ""),
                secret == null ? null : new Secret(secret),
                heartbeat(node, outbound),
                node.doc("File that keeps alerts and notifications over a restart, where there is no store")
                        .string("state-file"),
                storeName(node),
                impact(node));
    }

    private static List<Impact> impact(Node node) {
        List<Impact> all = new ArrayList<>();
        Node list =
                node.doc("Questions about whom an incident touches, by name").child("impact");
        list.children().forEach((name, child) -> {
            named(name, child);
            all.add(Impact.read(child, name));
        });
        if (all.size() > MOST) {
            list.problem("must be " + MOST + " questions at most, not " + all.size());
        }
        return all;
    }

    private static String storeName(Node node) {
        String name = node.doc(
                        "Name under which the store keeps alerts of a pgvigil without replicas: one for each that shares the store")
                .string("store-name", Scopes.FLEET);
        if (!NAME.matcher(name).matches()) {
            node.child("store-name").problem("a name has 1 to 63 lower-case letters, digits, '_' and '-'");
        }
        return name;
    }

    private static List<Rule> rules(Node node) {
        return bounded(
                        node.doc("Which findings become alerts, and when; the first rule that selects one counts"),
                        "rules")
                .stream()
                .map(item -> new Rule(
                        Selector.read(item),
                        item.doc("Whether they become alerts").flag("alert", true),
                        item.doc("How long a finding must be open before its alert fires; by severity: 0s, 30s, 5m")
                                .duration("for", Duration.ZERO, DAY),
                        item.doc(
                                        "How long a finding must be closed before its alert is resolved; by severity: 1m, 1m, 5m")
                                .duration("keep-firing", Duration.ZERO, DAY)))
                .toList();
    }

    private static Map<String, Channel> receivers(Node node, OutboundPolicy outbound) {
        Map<String, Channel> receivers = new LinkedHashMap<>();
        Node all = node.doc("Receivers by name").child("receivers");
        all.children().forEach((name, child) -> {
            named(name, child);
            Channel channel = Channels.read(child);
            if (channel != null) {
                for (URI address : channel.addresses()) {
                    outbound.problem(address).ifPresent(child::problem);
                }
                receivers.put(name, channel);
            }
        });
        if (receivers.size() > MOST) {
            all.problem("must be " + MOST + " receivers at most, not " + receivers.size());
        }
        return receivers;
    }

    private static List<Route> routes(Node node, Set<String> receivers, Map<String, Route.Escalation> escalations) {
        List<Route> routes = new ArrayList<>();
        for (Node item : bounded(node.doc("Who is told of which alerts"), "routes")) {
            Selector selector = Selector.read(item);
            List<String> to = known(item.doc("Receivers that are told at once"), "receivers", receivers);
            String name = item.doc("Escalation that follows while nobody acknowledges")
                    .string("escalation");
            Route.Escalation escalation = name == null ? null : escalations.get(name);
            if (name != null && escalation == null) {
                item.child("escalation").problem("no escalation is named " + item.shown(name));
            }
            if (to.isEmpty() && name == null && !item.mistaken()) {
                item.problem("needs receivers, or an escalation");
            }
            routes.add(new Route(
                    selector,
                    to,
                    escalation,
                    groupBy(item),
                    !item.doc("Whether the routes after this one are looked at too")
                            .flag("continue", false)));
        }
        return routes;
    }

    private static List<Route.By> groupBy(Node item) {
        List<Route.By> all = new ArrayList<>();
        for (String text : item.doc(
                        "What the alerts of a notification have in common: server (the default), target, check,"
                                + " severity, region, alert, or all for one notification of everything")
                .strings("group-by")) {
            Route.By by = null;
            for (Route.By known : Route.By.values()) {
                by = known.name().toLowerCase(Locale.ROOT).equals(text) ? known : by;
            }
            if (by != null) {
                all.add(by);
            } else if (!text.equals("all")) {
                item.child("group-by")
                        .problem("must be of server, target, check, severity, region, alert, all, not "
                                + item.shown(text));
            }
        }
        return item.child("group-by").present() ? all : List.of(Route.By.SERVER);
    }

    private static Map<String, Route.Escalation> escalations(Node node, Set<String> receivers) {
        Map<String, Route.Escalation> escalations = new LinkedHashMap<>();
        node.doc("Escalations by name").child("escalations").children().forEach((name, child) -> {
            named(name, child);
            List<List<String>> tiers = new ArrayList<>();
            for (Node tier : bounded(child.doc("Tiers of receivers, the first one is told at once"), "tiers")) {
                List<String> to = known(tier.doc("Receivers of the tier"), "receivers", receivers);
                if (to.isEmpty() && !tier.mistaken()) {
                    tier.problem("reaches nobody: needs receivers");
                }
                tiers.add(to);
            }
            if (tiers.isEmpty()) {
                child.problem("needs tiers, each with receivers");
                tiers.add(List.of());
            }
            Node times =
                    child.doc("Response time after which the next tier is told").child("response-times");
            escalations.put(
                    name,
                    new Route.Escalation(
                            tiers,
                            times.doc("Critical alerts").duration("critical", Duration.ofMinutes(5), SECOND, DAY),
                            times.doc("Alerts of high severity").duration("high", Duration.ofMinutes(15), SECOND, DAY),
                            times.doc("All other alerts").duration("other", Duration.ofHours(1), SECOND, DAY)));
        });
        return escalations;
    }

    private static List<String> known(Node node, String key, Set<String> receivers) {
        List<String> names = node.strings(key);
        for (String name : names) {
            if (!receivers.contains(name)) {
                node.child(key).problem("no receiver is named " + node.shown(name));
            }
        }
        return names.stream().filter(receivers::contains).toList();
    }

    private static List<Silence> maintenance(Node node) {
        List<Silence> all = new ArrayList<>();
        for (Node item : bounded(node.doc("Times in which alerts are not sent"), "maintenance")) {
            Instant from = instant(item.doc("Begin, such as 2027-03-31T22:00:00Z"), "from");
            Instant until = instant(item.doc("End, such as 2027-04-01T02:00:00Z"), "until");
            String reason = item.doc("Reason, shown with the alerts").string("reason");
            Selector selector = Selector.read(item);
            if (from != null && until != null && reason != null && from.isBefore(until)) {
                all.add(new Silence("maintenance-" + (all.size() + 1), selector, from, until, "configuration", reason));
            } else if (!item.mistaken()) {
                item.problem("needs from, a later until, and a reason");
            }
        }
        return all;
    }

    private static @Nullable Instant instant(Node item, String key) {
        String text = item.string(key);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            item.child(key).problem("must be a time such as 2027-03-31T22:00:00Z, not " + item.shown(text));
            return null;
        }
    }

    private static @Nullable OutgoingHeartbeat heartbeat(Node node, OutboundPolicy outbound) {
        Node heartbeat = node.doc("Heartbeat that others watch, so that they notice when pgvigil is silent")
                .child("heartbeat");
        URI url = Channels.address(heartbeat.secret("Address that gets a POST each interval"), "url");
        Duration interval = heartbeat
                .doc("Time between two of them")
                .duration("interval", Duration.ofMinutes(1), Duration.ofSeconds(5), DAY);
        if (url != null) {
            outbound.problem(url).ifPresent(heartbeat::problem);
        }
        return url == null ? null : new OutgoingHeartbeat(url, interval);
    }

    private static List<Node> bounded(Node node, String key) {
        Node list = node.child(key);
        List<Node> items = list.items();
        if (items.size() > MOST) {
            list.problem("must be " + MOST + " entries at most, not " + items.size());
        }
        return items;
    }

    private static void named(String name, Node node) {
        if (!NAME.matcher(name).matches()) {
            node.problem("a name has 1 to 63 lower-case letters, digits, '_' and '-'");
        }
    }
}
