package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the settings of checks.
 *
 * @param names of all checks
 * @param exempting names of those that support {@code exempt}
 * @param options of all checks
 * @param defaults used where nothing is configured
 */
record ChecksReader(
        Set<String> names, Set<String> exempting, List<CheckOption<?>> options, Map<String, CheckSetting> defaults) {

    ChecksReader(KnownChecks known, Map<String, CheckSetting> defaults) {
        this(known.names(), known.exempting(), known.options(), defaults);
    }

    private static final CheckSetting UNSAID = new CheckSetting(true, null);
    private static final Duration MIN = Duration.ofMillis(100);
    private static final Duration MAX = Duration.ofDays(1);

    /** The defaults, overridden by what is configured. */
    Map<String, CheckSetting> read(Node node) {
        if (!node.present()) {
            return defaults;
        }
        Map<String, CheckSetting> settings = new HashMap<>(defaults);
        for (String name : names) {
            Node check = node.child(name);
            if (check.present()) {
                settings.put(name, read(check, name, defaults.getOrDefault(name, UNSAID)));
            }
        }
        return Map.copyOf(settings);
    }

    /** The settings with the sections of a target that belong to checks. */
    Map<String, CheckSetting> sections(Node target, Map<String, CheckSetting> settings) {
        Map<String, CheckSetting> all = new HashMap<>(settings);
        for (CheckOption<?> option : options) {
            if (option.section()) {
                Node place = target.doc(option.description()).child(option.name());
                Object value = option.reader().read(place);
                if (place.present()) {
                    CheckSetting setting = all.getOrDefault(option.check(), UNSAID);
                    Map<String, Object> values = new HashMap<>(setting.options());
                    values.put(option.name(), value);
                    all.put(
                            option.check(),
                            new CheckSetting(setting.enabled(), setting.every(), setting.exempt(), values));
                }
            }
        }
        return Map.copyOf(all);
    }

    private CheckSetting read(Node check, String name, CheckSetting standard) {
        boolean enabled = check.doc("Whether the check runs").flag("enabled", standard.enabled());
        Duration every =
                check.doc("Interval of the check, instead of its default").duration("every", MIN, MAX);
        List<Exemption> exempt = exempting.contains(name)
                ? ExemptionReader.read(
                        check.doc("Sessions that the check does not evaluate").child("exempt"), standard.exempt())
                : List.of();
        return new CheckSetting(
                enabled, every == null ? standard.every() : every, exempt, options(check, name, standard));
    }

    private Map<String, Object> options(Node check, String name, CheckSetting standard) {
        Map<String, Object> values = new HashMap<>(standard.options());
        for (CheckOption<?> option : options) {
            if (!option.section() && option.check().equals(name)) {
                Node place = check.doc(option.description()).child(option.name());
                Object value = option.reader().read(place);
                if (place.present()) {
                    values.put(option.name(), value);
                }
            }
        }
        return values;
    }
}
