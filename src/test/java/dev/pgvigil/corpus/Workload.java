package dev.pgvigil.corpus;

import java.time.Duration;
import java.util.Map;

/**
 * A busy but healthy server, on which nothing may be found that was not found when it was idle. The step starts the work with
 * {@link Scene#background}; it is watched for {@code time}.
 *
 * @param name unique, kebab-case
 * @param settings settings with which the server starts
 * @param config lines of YAML that belong to the target
 * @param standby whether the target is a standby of the server
 */
public record Workload(
        String name, Map<String, String> settings, String config, boolean standby, Duration time, Scene.Step start) {

    public static Workload of(String name, Scene.Step start) {
        return new Workload(name, Map.of(), "", false, Duration.ofSeconds(40), start);
    }

    public Workload settings(Map<String, String> value) {
        return new Workload(name, value, config, standby, time, start);
    }

    public Workload config(String value) {
        return new Workload(name, settings, value, standby, time, start);
    }

    public Workload time(Duration value) {
        return new Workload(name, settings, config, standby, value, start);
    }

    /** The target is {@link Scene#standby()}. */
    public Workload onStandby() {
        return new Workload(name, settings, config, true, time, start);
    }
}
