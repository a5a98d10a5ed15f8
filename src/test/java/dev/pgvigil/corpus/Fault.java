package dev.pgvigil.corpus;

import dev.pgvigil.check.Status;
import java.time.Duration;
import java.util.Map;

/**
 * A fault that must be found. It runs on a server of its own; the finding must not be there before {@code build}, must come
 * with this status, a cause and an action, and must be gone after {@code repair}.
 *
 * @param name unique, kebab-case
 * @param finding key of the finding, such as {@code blocking/queue}; ends in {@code *} if a name of an object follows
 * @param status the status that the finding has; healthy for advice
 * @param settings settings with which the server starts
 * @param config lines of YAML that belong to the target, such as {@code "thresholds: { slots: { retained-degraded: 1MB } }"}
 * @param standby whether the target is a standby of the server
 * @param since the oldest major on which it is tried
 * @param cause key of the finding that is named as the cause of this one; empty: it is none's effect
 * @param repairable whether its end is asserted
 * @param patience how long the finding, and its end, may take
 */
public record Fault(
        String name,
        String finding,
        Status status,
        Map<String, String> settings,
        String config,
        boolean standby,
        int since,
        String cause,
        boolean repairable,
        Duration patience,
        Scene.Step prepare,
        Scene.Step build,
        Scene.Step repair) {

    private static final Scene.Step NOTHING = scene -> {};

    public static Fault of(String name, String finding, Status status) {
        return new Fault(
                name,
                finding,
                status,
                Map.of(),
                "",
                false,
                14,
                "",
                true,
                Duration.ofSeconds(60),
                NOTHING,
                NOTHING,
                NOTHING);
    }

    public Fault settings(Map<String, String> value) {
        return new Fault(
                name,
                finding,
                status,
                value,
                config,
                standby,
                since,
                cause,
                repairable,
                patience,
                prepare,
                build,
                repair);
    }

    public Fault config(String value) {
        return new Fault(
                name,
                finding,
                status,
                settings,
                value,
                standby,
                since,
                cause,
                repairable,
                patience,
                prepare,
                build,
                repair);
    }

    /** The target is {@link Scene#standby()}. */
    public Fault onStandby() {
        return new Fault(
                name,
                finding,
                status,
                settings,
                config,
                true,
                since,
                cause,
                repairable,
                patience,
                prepare,
                build,
                repair);
    }

    public Fault since(int major) {
        return new Fault(
                name,
                finding,
                status,
                settings,
                config,
                standby,
                major,
                cause,
                repairable,
                patience,
                prepare,
                build,
                repair);
    }

    /** The API must join the finding to this one in a problem. */
    public Fault causedBy(String key) {
        return new Fault(
                name,
                finding,
                status,
                settings,
                config,
                standby,
                since,
                key,
                repairable,
                patience,
                prepare,
                build,
                repair);
    }

    public Fault patience(Duration value) {
        return new Fault(
                name,
                finding,
                status,
                settings,
                config,
                standby,
                since,
                cause,
                repairable,
                value,
                prepare,
                build,
                repair);
    }

    /** Before the target is monitored: what {@link Scene#define} defines stands in {@code config} in angle brackets. */
    public Fault prepare(Scene.Step value) {
        return new Fault(
                name,
                finding,
                status,
                settings,
                config,
                standby,
                since,
                cause,
                repairable,
                patience,
                value,
                build,
                repair);
    }

    public Fault build(Scene.Step value) {
        return new Fault(
                name,
                finding,
                status,
                settings,
                config,
                standby,
                since,
                cause,
                repairable,
                patience,
                prepare,
                value,
                repair);
    }

    /** Without a step of its own, the end of what {@link Scene#background} started is the repair. */
    public Fault repair(Scene.Step value) {
        return new Fault(
                name,
                finding,
                status,
                settings,
                config,
                standby,
                since,
                cause,
                repairable,
                patience,
                prepare,
                build,
                value);
    }

    /** Nothing short of a new server ends it, so that its end is not asserted. */
    public Fault irreparable() {
        return new Fault(
                name, finding, status, settings, config, standby, since, cause, false, patience, prepare, build,
                repair);
    }

    boolean matches(String key) {
        return finding.endsWith("*") ? key.startsWith(finding.substring(0, finding.length() - 1)) : key.equals(finding);
    }
}
