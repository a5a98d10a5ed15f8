package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import java.util.List;

/**
 * Finds one kind of hole in the isolation of tenants. An implementation is one file, a {@code @Singleton}, found by its type: no
 * registration. It is a pure function of the reading, and documented in {@code docs/tenants.md} under its id.
 */
interface IsolationRule {

    /** {@code T1}. */
    String id();

    /** Kebab-case; part of the key of its findings. */
    String name();

    /** Unless a case is milder. */
    Severity severity();

    String title();

    String cause();

    String action();

    List<Violation> find(Isolation isolation);
}
