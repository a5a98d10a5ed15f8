package dev.pgvigil.target;

import dev.pgvigil.postgres.Server;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One monitored database.
 *
 * @param name unique in the fleet; {@code <entry>:<database>} for a discovered one
 * @param region empty if none is configured
 * @param thresholds those of the target, else of the fleet, else the defaults of the checks
 * @param checks the settings of checks by check name; see {@link CheckSetting}
 * @param discovery null: only this database
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
        @Nullable Discovery discovery) {

    public Target {
        tags = Map.copyOf(tags);
        checks = Map.copyOf(checks);
    }

    /** A target with defaults for everything optional. */
    public static Target of(String name, Server server, String database) {
        return new Target(name, server, database, "", ExpectedRole.ANY, Map.of(), Thresholds.DEFAULTS, Map.of(), null);
    }

    /** The target for a database that discovery found on this target's server. */
    public Target discovered(String found) {
        return new Target(name + ":" + found, server, found, region, role, tags, thresholds, checks, null);
    }

    /** True if discovery found it: names in the configuration have no colon. */
    public boolean isDiscovered() {
        return name.indexOf(':') >= 0;
    }

    /** True unless the check is disabled for this target. */
    public boolean runs(String check) {
        CheckSetting setting = checks.get(check);
        return setting == null || setting.enabled();
    }

    /** Sessions that the check excludes from the evaluation of this target. */
    public List<Exemption> exemptions(String check) {
        CheckSetting setting = checks.get(check);
        return setting == null ? List.of() : setting.exempt();
    }

    /** The texts of an option of the check; empty if it is not configured. */
    public List<String> option(CheckOption option) {
        CheckSetting setting = checks.get(option.check());
        return setting == null ? List.of() : setting.options().getOrDefault(option.name(), List.of());
    }

    /** The interval of the check for this target. */
    public Duration interval(String check, Duration standard) {
        CheckSetting setting = checks.get(check);
        return setting == null || setting.every() == null ? standard : setting.every();
    }
}
