package dev.pgvigil.telemetry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The configuration file of a pgvigil under test; whatever is written comes into force by itself. */
public final class FleetFile {

    private final Path path;
    private String first = "";
    private String section = "";

    FleetFile() {
        try {
            path = Files.createTempFile("pgvigil", ".yaml");
            path.toFile().deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path() {
        return path;
    }

    /** Sets a section beside the targets, from the next writing on. */
    void beside(String text) {
        section = text;
    }

    /** Writes the targets that {@link #restore} brings back. */
    void begin(String targets) {
        first = targets;
        write(targets);
    }

    void write(String targets) {
        write(targets, section);
    }

    private void write(String targets, String section) {
        try {
            Path beside = Files.createTempFile(path.getParent(), "pgvigil", ".tmp");
            Files.writeString(
                    beside,
                    "pgvigil:\n  slos: { objectives: { availability: { targets: shop }, strict: { objective: 99.99%, targets: burning } } }\n"
                            + "  groups: { readers: { targets: [shop, burning], minimum-up: 1 } }\n"
                            + section + "  targets:\n"
                            + targets.indent(4));
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the first targets and one more. */
    public void add(String target) {
        write(first + target + "\n");
    }

    /** Writes the first targets and one more, and sections beside those that are there. */
    public void add(String target, String sections) {
        write(first + target + "\n", section + sections);
    }

    /** Writes the first targets. */
    public void restore() {
        write(first);
    }
}
