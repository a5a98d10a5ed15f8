package dev.pgvigil.target;

import dev.pgvigil.postgres.Server;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One watched database.
 *
 * @param name unique in the fleet; {@code <entry>:<database>} for a discovered one
 * @param region empty where none is configured
 * @param thresholds this target's own over the fleet's over the checks' defaults
 * @param checks what is configured for single checks, by check name; see {@link CheckSetting}
 * @param discovery null: this database alone
 * @param ignored which of its findings are ignored
 */
public record Target(
        String name,
        Server server,
        String database,
        String region,
        ExpectedRole role,
        Map<String, String> tags,
        Thresholds thresholds,
        Map<String, CheckSetting> checks,
        @Nullable Discovery discovery,
        List<IgnoreRule> ignored) {

    public Target {
        tags = Map.copyOf(tags);
        checks = Map.copyOf(checks);
        ignored = List.copyOf(ignored);
    }

    /** A target of which no finding is ignored. */
    public Target(
            String name,
            Server server,
            String database,
            String region,
            ExpectedRole role,
            Map<String, String> tags,
            Thresholds thresholds,
            Map<String, CheckSetting> checks,
            @Nullable Discovery discovery) {
        this(name, server, database, region, role, tags, thresholds, checks, discovery, List.of());
    }

    /** A plain target with defaults for all that is optional. */
    public static Target of(String name, Server server, String database) {
        return new Target(name, server, database, "", ExpectedRole.ANY, Map.of(), Thresholds.DEFAULTS, Map.of(), null);
    }

    /** The target for a database that discovery found on this target's server. */
    public Target discovered(String found) {
        return new Target(name + ":" + found, server, found, region, role, tags, thresholds, checks, null, ignored);
    }

    /** The rule by which a finding is ignored at that time; null: none. */
    public @Nullable IgnoreRule ignoring(String key, Instant now) {
        return ignored.stream()
                .filter(rule -> rule.applies(key, name, now))
                .findFirst()
                .orElse(null);
    }

    /** Whether discovery found it: names in the configuration have no colon. */
    public boolean isDiscovered() {
        return name.indexOf(':') >= 0;
    }

    /** Whether the check is switched on for this target; every check is, unless configured off. */
    public boolean runs(String check) {
        CheckSetting setting = checks.get(check);
        return setting == null || setting.enabled();
    }

    /** Sessions that the check leaves out of its judgement of this target. */
    public List<Exemption> exemptions(String check) {
        CheckSetting setting = checks.get(check);
        return setting == null ? List.of() : setting.exempt();
    }

    /** The value of an option of a check. */
    @SuppressWarnings("unchecked") // the option's reader made the value
    public <T> T option(CheckOption<T> option) {
        CheckSetting setting = checks.get(option.check());
        return setting == null
                ? option.standard()
                : (T) setting.options().getOrDefault(option.name(), option.standard());
    }

    /** How often the check runs for this target. */
    public Duration interval(String check, Duration standard) {
        CheckSetting setting = checks.get(check);
        return setting == null || setting.every() == null ? standard : setting.every();
    }
}
