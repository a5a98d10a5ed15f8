package dev.pgvigil.alert.channel;

import dev.pgvigil.config.Node;
import dev.pgvigil.target.Glob;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What notifications may reach: hosts of an allow-list, and no private addresses unless allowed.
 *
 * @param hosts in addition to those of the services that have a channel of their own
 * @param timeout of one attempt
 */
public record OutboundPolicy(List<Glob> hosts, boolean privateAddresses, Duration timeout) {

    private static final Set<String> SERVICES = Set.of(
            "hooks.slack.com",
            "api.twilio.com",
            "events.pagerduty.com",
            "events.eu.pagerduty.com",
            "api.statuspage.io");

    public static OutboundPolicy read(Node node) {
        return new OutboundPolicy(
                node
                        .doc(
                                "Hosts that may be reached, with * and ?; Slack, Twilio, PagerDuty and Statuspage always may")
                        .strings("allowed-hosts")
                        .stream()
                        .map(host -> new Glob(host.toLowerCase(Locale.ROOT)))
                        .toList(),
                node.doc("Whether hosts may have loopback, link-local and private addresses")
                        .flag("private-addresses", false),
                node.doc("Deadline of one attempt")
                        .duration("timeout", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(1)));
    }

    /** Why this address may not be reached, as far as its text tells. */
    public Optional<String> problem(URI address) {
        String host = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT);
        if (SERVICES.contains(host) || hosts.stream().anyMatch(glob -> glob.matches(host))) {
            return Optional.empty();
        }
        return Optional.of("the host " + host + " is not in alerts.outbound.allowed-hosts");
    }

    /** The first of the addresses that a host has now, if all of them may be reached. */
    Optional<InetAddress> reachable(InetAddress... addresses) {
        return privateAddresses || Stream.of(addresses).noneMatch(OutboundPolicy::isPrivate)
                ? Stream.of(addresses).findFirst()
                : Optional.empty();
    }

    static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean special = address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress();
        if (address instanceof Inet4Address) {
            int first = bytes[0] & 0xff;
            int second = bytes[1] & 0xff;
            boolean shared = first == 100 && second >= 64 && second < 128;
            return special || first == 0 || shared || first >= 240;
        }
        boolean unique = (bytes[0] & 0xfe) == 0xfc;
        return special || unique;
    }
}
