package dev.pgvigil.check;

/**
 * An observation of the isolation of tenants. It belongs to the contract, because prerequisites of jobs ask for it.
 */
public interface IsolationVerdict {

    /** Name of the check. */
    String CHECK = "tenant-isolation";

    /** What is known of the isolation. */
    enum Verdict {
        /** The database has no tenants that are known. */
        NONE,
        /** No way was found by which a role of an application sees rows of another tenant. */
        ISOLATED,
        /** No violation was found, but a part could not be checked, or the layout is only presumed. Never good news. */
        INCONCLUSIVE,
        /** A role of an application can see or change rows of another tenant. */
        VIOLATED
    }

    Verdict verdict();

    /** Whether it is certain that the database has tenants: configured, or by policies or privileges. */
    boolean certain();
}
