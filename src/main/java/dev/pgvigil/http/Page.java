package dev.pgvigil.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a long list.
 *
 * @param total how many there are in all
 * @param items the part, in the list's order
 * @param next what to pass as {@code after} for the part behind this one; null: this is the last
 */
public record Page<T>(int total, List<T> items, @Nullable String next) {

    /** How many items a page holds unless asked. */
    public static final int STANDARD = 100;

    /** How many it holds at most. */
    public static final int LARGEST = 1000;

    public Page {
        items = List.copyOf(items);
    }
}
