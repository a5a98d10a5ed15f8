package dev.pgvigil.slo;

import dev.pgvigil.check.Severity;

/**
 * Fires while the budget burns faster than {@code factor} over both windows: over the long one, so that enough of the budget is gone;
 * over the short one, so that it ends soon after the fault.
 *
 * @param budget the share of the budget that is gone when it fires
 * @param page whether a person is called at once
 */
record BurnRule(Span longWindow, Span shortWindow, double budget, double factor, Severity severity, boolean page) {}
