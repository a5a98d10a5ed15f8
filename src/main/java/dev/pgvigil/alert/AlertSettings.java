package dev.pgvigil.alert;

import dev.pgvigil.alert.channel.Channel;
import dev.pgvigil.alert.channel.Messages;
import dev.pgvigil.alert.channel.OutboundPolicy;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.config.Secret;
import dev.pgvigil.target.Target;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of alerts.
 *
 * @param rules the first one that selects a finding counts
 * @param page address of this pgvigil for people, without a path; null: notifications have no links
 * @param linkSecret signs links that acknowledge; null: there are none
 * @param giveUp the age at which a notification that cannot be delivered becomes a dead letter
 * @param stateFile null: a restart forgets, unless there is a store
 * @param impact whom an incident touches
 * @param storeName under which a process without replicas keeps its alerts in the store
 */
record AlertSettings(
        List<Rule> rules,
        List<Route> routes,
        Map<String, Channel> receivers,
        List<Silence> maintenance,
        Duration groupWait,
        Duration groupInterval,
        Duration repeatInterval,
        Duration giveUp,
        OutboundPolicy outbound,
        Messages messages,
        @Nullable String page,
        @Nullable Secret linkSecret,
        @Nullable OutgoingHeartbeat heartbeat,
        @Nullable String stateFile,
        String storeName,
        List<Impact> impact) {

    AlertSettings {
        rules = List.copyOf(rules);
        routes = List.copyOf(routes);
        receivers = Map.copyOf(receivers);
        maintenance = List.copyOf(maintenance);
        impact = List.copyOf(impact);
    }

    /**
     * A rule for the findings that it selects.
     *
     * @param after null: that of the severity
     * @param keep null: that of the severity
     */
    record Rule(
            Selector selector,
            boolean alerts,
            @Nullable Duration after,
            @Nullable Duration keep) {

        AlertRule over(AlertRule standard) {
            return new AlertRule(
                    alerts, after == null ? standard.after() : after, keep == null ? standard.keep() : keep);
        }
    }

    /** An address that is called again and again, so that someone notices when pgvigil does so no more. */
    record OutgoingHeartbeat(URI url, Duration interval) {}

    /** The rule of a finding. */
    AlertRule rule(String name, @Nullable Target target, Finding finding) {
        Severity severity = finding.severity();
        AlertRule standard = AlertRule.of(severity);
        return rules.stream()
                .filter(rule -> rule.selector().selects(name, target, finding, severity))
                .findFirst()
                .map(rule -> rule.over(standard))
                .orElse(standard);
    }
}
