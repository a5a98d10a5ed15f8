package dev.pgvigil.check;

import dev.pgvigil.target.Threshold;

/**
 * The limit on the cost of monitoring for a server. The check {@code overhead} reports it, the monitor's throttle enforces it.
 */
public final class OverheadBudget {

    /** Name of the check. */
    public static final String CHECK = "overhead";

    /** Share of one backend's time that pgvigil's statements and connects may take; above it intervals are stretched. */
    public static final Threshold RATIO = Threshold.ratio(
            CHECK, "budget", 0.01, "Time of the statements of pgvigil over time, above which intervals are stretched");

    private OverheadBudget() {}
}
