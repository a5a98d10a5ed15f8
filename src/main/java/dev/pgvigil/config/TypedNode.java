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

/** Converts texts to typed values. */
abstract class TypedNode implements Node {

    /**
     * The place under a key.
     *
     * @param type null if the type follows from how the place is read
     * @param standard the default, as text
     */
    abstract Node child(String key, @Nullable KeyType type, Supplier<String> standard);

    @Override
    public Node child(String key) {
        return child(key, null, String::new);
    }

    @Override
    public Node required(String key, String example) {
        Node child = child(key);
        if (!child.present()) {
            problem("needs a " + key + ": " + example);
        }
        return child;
    }

    @Override
    public String string(String key, String fallback) {
        String text = child(key, new KeyType.Text(), () -> fallback).text();
        return text == null ? fallback : text;
    }

    @Override
    public @Nullable String string(String key) {
        return child(key, new KeyType.Text(), String::new).text();
    }

    @Override
    public List<String> strings(String key) {
        return child(key, new KeyType.Texts(), String::new).items().stream()
                .map(Node::text)
                .filter(Objects::nonNull)
                .toList();
    }

    @Override
    public boolean flag(String key, boolean fallback) {
        return value(key, new KeyType.Flag(), fallback, Object::toString, text -> switch (text) {
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
        return value(key, new KeyType.Whole(min, max), fallback, Object::toString, text -> {
            Long number = Quantity.number(text);
            return number == null || number < min || number > max ? null : number;
        });
    }

    @Override
    public Duration duration(String key, Duration fallback, Duration min, Duration max) {
        return value(key, new KeyType.Time(min, max), fallback, Quantity::show, text -> within(text, min, max));
    }

    @Override
    public @Nullable Duration duration(String key, Duration min, Duration max) {
        return value(key, new KeyType.Time(min, max), Optional.<Duration>empty(), _ -> "", text -> {
                    Duration duration = within(text, min, max);
                    return duration == null ? null : Optional.of(duration);
                })
                .orElse(null);
    }

    @Override
    public double ratio(String key, double fallback, double min, double max) {
        return value(
                key, new KeyType.Ratio(min, max), fallback, standard -> Quantity.show(standard.doubleValue()), text -> {
                    Double ratio = Quantity.ratio(text);
                    return ratio == null || ratio < min || ratio > max ? null : ratio;
                });
    }

    @Override
    public long bytes(String key, long fallback, long min, long max) {
        return value(
                key, new KeyType.Size(min, max), fallback, standard -> Quantity.show(standard.longValue()), text -> {
                    Long bytes = Quantity.bytes(text);
                    return bytes == null || bytes < min || bytes > max ? null : bytes;
                });
    }

    @Override
    public <E extends Enum<E>> E choice(String key, Class<E> type, E fallback) {
        E[] constants = type.getEnumConstants();
        KeyType words = new KeyType.Choice(
                Arrays.stream(constants).map(TypedNode::kebab).toList());
        return value(
                key,
                words,
                fallback,
                TypedNode::kebab,
                text -> Arrays.stream(constants)
                        .filter(constant -> kebab(constant).equals(text))
                        .findFirst()
                        .orElse(null));
    }

    private <T> T value(
            String key, KeyType type, T fallback, Function<T, String> standard, Function<String, @Nullable T> reading) {
        Node child = child(key, type, () -> standard.apply(fallback));
        String text = child.text();
        if (text == null) {
            return fallback;
        }
        T value = reading.apply(text);
        if (value == null) {
            child.problem("must be " + type.allowed() + ", not " + child.shown(text));
            return fallback;
        }
        return value;
    }

    private static @Nullable Duration within(String text, Duration min, Duration max) {
        Duration duration = Quantity.duration(text);
        return duration == null || duration.compareTo(min) < 0 || duration.compareTo(max) > 0 ? null : duration;
    }

    private static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
