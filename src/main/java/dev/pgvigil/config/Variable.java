package dev.pgvigil.config;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An environment variable that configures a library.
 *
 * @param name of the environment variable
 * @param allowed describes the allowed values
 * @param good tests whether a value is allowed
 * @param shown the value as a message may show it
 * @param setting the Quarkus setting that it sets; null: the library reads the variable itself
 * @param value converts the value for that setting
 */
record Variable(
        String name,
        String allowed,
        Predicate<String> good,
        UnaryOperator<String> shown,
        @Nullable String setting,
        UnaryOperator<String> value) {

    static Variable of(String name, String allowed, Predicate<String> good) {
        return new Variable(name, allowed, good, Redacted::value, null, text -> text);
    }

    static Variable choice(String name, String... texts) {
        List<String> known = List.of(texts);
        return of(name, String.join(", ", known), known::contains);
    }

    static Variable milliseconds(String name, long largest) {
        return of(
                        name,
                        "a whole number of milliseconds from 1 to " + largest,
                        text -> text.matches("[1-9][0-9]{0,9}") && Long.parseLong(text) <= largest)
                .value(text -> text + "ms");
    }

    Variable setting(String key) {
        return new Variable(name, allowed, good, shown, key, value);
    }

    Variable value(UnaryOperator<String> made) {
        return new Variable(name, allowed, good, shown, setting, made);
    }

    Variable shown(UnaryOperator<String> how) {
        return new Variable(name, allowed, good, how, setting, value);
    }

    /** The message for an invalid value, with the allowed values. */
    String error(String text) {
        return name + " is " + shown.apply(text) + "; allowed: " + allowed;
    }
}
