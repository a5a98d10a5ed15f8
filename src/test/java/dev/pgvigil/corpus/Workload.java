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
 */
public record Workload(String name, Map<String, String> settings, String config, Duration time, Scene.Step start) {

    public static Workload of(String name, Scene.Step start) {
        return new Workload(name, Map.of(), "", Duration.ofSeconds(40), start);
    }

    public Workload settings(Map<String, String> value) {
        return new Workload(name, value, config, time, start);
    }

    public Workload config(String value) {
        return new Workload(name, settings, value, time, start);
    }

    public Workload time(Duration value) {
        return new Workload(name, settings, config, value, start);
    }
}
