package dev.pgvigil.config;

import java.util.Map;

/** A configuration that holds no mistake: the value of each section. Immutable. */
public final class Settings {

    private final Map<Class<?>, Object> sections;

    /**
     * Settings of these sections.
     *
     * @param sections each section's value by the section's class
     */
    Settings(Map<Class<?>, Object> sections) {
        this.sections = Map.copyOf(sections);
    }

    /** The value that the section read. */
    @SuppressWarnings("unchecked") // Configuration puts under a section's class what that section read
    public <T> T get(Class<? extends Section<T>> section) {
        Object value = sections.get(section);
        if (value == null) {
            throw new IllegalArgumentException("no section " + section.getName());
        }
        return (T) value;
    }
}
