package dev.pgvigil.check.custom;

import java.util.Map;

/**
 * The unit of a setting, as {@code pg_settings.unit} has it: {@code 8kB}, {@code ms}.
 *
 * @param suffix of the metric's name
 * @param factor to the base unit
 */
record SettingUnit(String suffix, double factor) {

    private static final double KIB = 1024;
    private static final Map<String, SettingUnit> KNOWN = Map.of(
            "ms", new SettingUnit("_seconds", 0.001),
            "s", new SettingUnit("_seconds", 1),
            "min", new SettingUnit("_seconds", 60),
            "h", new SettingUnit("_seconds", 3600),
            "d", new SettingUnit("_seconds", 86_400));
    private static final Map<String, Double> SIZES =
            Map.of("B", 1.0, "kB", KIB, "MB", KIB * KIB, "GB", KIB * KIB * KIB, "TB", KIB * KIB * KIB * KIB);

    static SettingUnit of(String unit) {
        SettingUnit time = KNOWN.get(unit);
        if (time != null) {
            return time;
        }
        int digits = 0;
        while (digits < unit.length() && Character.isDigit(unit.charAt(digits))) {
            digits++;
        }
        Double size = SIZES.get(unit.substring(digits));
        return size == null
                ? new SettingUnit("", 1)
                : new SettingUnit("_bytes", digits == 0 ? size : size * Long.parseLong(unit.substring(0, digits)));
    }
}
