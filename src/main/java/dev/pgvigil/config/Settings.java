package dev.pgvigil.config;

import java.util.Map;

/** A valid configuration: the value of each section. Immutable. */
public final class Settings {

    private final Map<Class<?>, Object> sections;

    /**
     * Creates settings.
     *
     * @param sections the value of each section by the section's class
     */
    Settings(Map<Class<?>, Object> sections) {
        this.sections = Map.copyOf(sections);
    }

    /** The value that the section read. */
    @SuppressWarnings("unchecked") // the value of a section's class is always of that section's type
    public <T> T get(Class<? extends Section<T>> section) {
        Object value = sections.get(section);
        if (value == null) {
            throw new IllegalArgumentException("no section " + section.getName());
        }
        return (T) value;
    }
}
