package dev.pgvigil.check.activity;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.target.Exemption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts the sessions that the configuration exempts from a check. */
final class Exempted {

    private final List<Exemption> exemptions;
    private final Map<String, Integer> byReason = new TreeMap<>();

    Exempted(List<Exemption> exemptions) {
        this.exemptions = exemptions;
    }

    /** Whether the session is exempted; if so, and if it exceeds a threshold, it is counted. */
    boolean takes(@Nullable String application, @Nullable String role, int sessions, boolean over) {
        Optional<Exemption> first = exemptions.stream()
                .filter(exemption -> exemption.matches(application, role))
                .findFirst();
        first.filter(exemption -> over)
                .ifPresent(exemption -> byReason.merge(exemption.reason(), sessions, Integer::sum));
        return first.isPresent();
    }

    boolean has(@Nullable String application, @Nullable String role) {
        return exemptions.stream().anyMatch(exemption -> exemption.matches(application, role));
    }

    /** The finding on the exempted sessions and the reasons; none if no session is exempted. */
    Optional<Finding> finding(String check) {
        if (byReason.isEmpty()) {
            return Optional.empty();
        }
        String observed = byReason.entrySet().stream()
                .map(entry -> HumanFormat.count(entry.getValue(), "session") + ", " + entry.getKey())
                .collect(joining("; ", "exempted: ", ""));
        return Optional.of(Finding.of(
                        check,
                        "exempted",
                        Status.HEALTHY,
                        Severity.LOW,
                        "sessions exempted from the thresholds",
                        observed)
                .cause("checks." + check + ".exempt of the configuration names these sessions.")
                .action("None, as long as the reason holds; otherwise remove the entry from the configuration."));
    }
}
