package dev.pgvigil.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads texts as what they stand for. */
abstract class TypedNode implements Node {

    /** The place under a key, of which it becomes known what may be written there, and what stands for nothing. */
    abstract Node child(String key, Supplier<String> allowed, Supplier<String> standard);

    @Override
    public Node child(String key) {
        return child(key, String::new, String::new);
    }

    @Override
    public String string(String key, String fallback) {
        String text = child(key, () -> "text", () -> fallback).text();
        return text == null ? fallback : text;
    }

    @Override
    public @Nullable String string(String key) {
        return child(key, () -> "text", String::new).text();
    }

    @Override
    public List<String> strings(String key) {
        return child(key, () -> "texts", String::new).items().stream()
                .map(Node::text)
                .filter(Objects::nonNull)
                .toList();
    }

    @Override
    public boolean flag(String key, boolean fallback) {
        return value(key, fallback, Object::toString, () -> "true or false", text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        });
    }

    @Override
    public int integer(String key, int fallback, int min, int max) {
        return (int) number(key, fallback, min, max);
    }

    @Override
    public long number(String key, long fallback, long min, long max) {
        return value(key, fallback, Object::toString, () -> "a whole number from " + min + " to " + max, text -> {
            Long number = Quantity.number(text);
            return number == null || number < min || number > max ? null : number;
        });
    }

    @Override
    public Duration duration(String key, Duration fallback, Duration min, Duration max) {
        return value(key, fallback, Quantity::show, durations(min, max), text -> within(text, min, max));
    }

    @Override
    public @Nullable Duration duration(String key, Duration min, Duration max) {
        return value(key, Optional.<Duration>empty(), _ -> "", durations(min, max), text -> {
                    Duration duration = within(text, min, max);
                    return duration == null ? null : Optional.of(duration);
                })
                .orElse(null);
    }

    @Override
    public double ratio(String key, double fallback, double min, double max) {
        Supplier<String> allowed = () -> "a ratio from " + Quantity.show(min) + " to " + Quantity.show(max);
        return value(key, fallback, standard -> Quantity.show(standard.doubleValue()), allowed, text -> {
            Double ratio = Quantity.ratio(text);
            return ratio == null || ratio < min || ratio > max ? null : ratio;
        });
    }

    @Override
    public long bytes(String key, long fallback, long min, long max) {
        Supplier<String> allowed = () -> "a size from " + Quantity.show(min) + " to " + Quantity.show(max);
        return value(key, fallback, standard -> Quantity.show(standard.longValue()), allowed, text -> {
            Long bytes = Quantity.bytes(text);
            return bytes == null || bytes < min || bytes > max ? null : bytes;
        });
    }

    @Override
    public <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
        E[] constants = type.getEnumConstants();
        Supplier<String> allowed =
                () -> listed(Arrays.stream(constants).map(TypedNode::kebab).toList());
        return value(
                key,
                fallback,
                TypedNode::kebab,
                allowed,
                text -> Arrays.stream(constants)
                        .filter(constant -> kebab(constant).equals(text))
                        .findFirst()
                        .orElse(null));
    }

    private <T> T value(
            String key,
            T fallback,
            Function<T, String> shown,
            Supplier<String> allowed,
            Function<String, @Nullable T> reading) {
        Node child = child(key, allowed, () -> shown.apply(fallback));
        String text = child.text();
        if (text == null) {
            return fallback;
        }
        T value = reading.apply(text);
        if (value == null) {
            child.problem("must be " + allowed.get() + ", not " + Redacted.value(text));
            return fallback;
        }
        return value;
    }

    private static Supplier<String> durations(Duration min, Duration max) {
        return () -> "a duration from " + Quantity.show(min) + " to " + Quantity.show(max);
    }

    private static @Nullable Duration within(String text, Duration min, Duration max) {
        Duration duration = Quantity.duration(text);
        return duration == null || duration.compareTo(min) < 0 || duration.compareTo(max) > 0 ? null : duration;
    }

    private static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String listed(List<String> words) {
        int last = words.size() - 1;
        return last < 1 ? String.join("", words) : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }
}
