package dev.pgvigil.slo;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The findings of an objective: at most one for its rate, one for its budget, one for what is not known. Pure. */
final class BurnFindings {

    private static final String CHECK = "slo";

    private BurnFindings() {}

    static List<Finding> of(Slo slo, BurnState state, Burn burn) {
        List<Finding> findings = new ArrayList<>();
        BurnRule worst = state.worst(slo);
        if (worst != null) {
            findings.add(burning(slo, worst, burn));
        }
        if (state.exhausted()) {
            findings.add(exhausted(slo, burn));
        }
        if (state.uncovered()) {
            findings.add(uncovered(slo, burn));
        }
        return findings;
    }

    private static Finding burning(Slo slo, BurnRule rule, Burn burn) {
        return Finding.of(
                        CHECK,
                        slo.name() + "/burn",
                        rule.page() ? Status.DEGRADED : Status.HEALTHY,
                        rule.severity(),
                        "error budget of " + slo.name() + " burns",
                        "the budget of %s burns at %s times the rate that it can sustain over %s, and %s over %s; %s"
                                .formatted(
                                        slo.window(),
                                        number(burn.rate(rule.longWindow())),
                                        rule.longWindow(),
                                        number(burn.rate(rule.shortWindow())),
                                        rule.shortWindow(),
                                        rest(slo, burn)))
                .threshold("%s times over %s and %s"
                        .formatted(number(rule.factor()), rule.longWindow(), rule.shortWindow()))
                .cause("The target is not as " + slo.name() + " promises: its open findings say what is wrong.")
                .action(
                        rule.page()
                                ? "Act on the target's findings now: at this rate the budget is gone before the window ends."
                                : "Plan the repair of what the target's findings show; the budget does not last.");
    }

    private static String rest(Slo slo, Burn burn) {
        double left = burn.exhaustedIn(slo);
        String remaining = HumanFormat.percent(Math.max(0, burn.remaining())) + " of it remains";
        return Double.isFinite(left) && left > 0
                ? remaining + ", for " + HumanFormat.seconds(left) + " at the rate of the last hour"
                : remaining;
    }

    private static Finding exhausted(Slo slo, Burn burn) {
        return Finding.of(
                        CHECK,
                        slo.name() + "/budget",
                        Status.DEGRADED,
                        Severity.CRITICAL,
                        "error budget of " + slo.name() + " is exhausted",
                        "%s were bad in %s, the budget is %s"
                                .formatted(
                                        HumanFormat.seconds(burn.counts().bad()),
                                        slo.window(),
                                        HumanFormat.seconds(
                                                slo.budget() * slo.window().seconds())))
                .threshold(objective(slo))
                .cause("Outages within the window have used the whole budget.")
                .action("Stop risky changes of this target until the oldest outages leave the window.");
    }

    private static Finding uncovered(Slo slo, Burn burn) {
        return Finding.of(
                        CHECK,
                        slo.name() + "/coverage",
                        Status.UNKNOWN,
                        Severity.MEDIUM,
                        "too little is known for " + slo.name(),
                        "%s of the last hour is known".formatted(HumanFormat.percent(burn.coverage(Span.H1))))
                .threshold("90 % of an hour")
                .cause("pgvigil was not running, was short of resources, or its results were missing or outdated.")
                .action("Check pgvigil itself. Until more is known, findings of this objective stay as they are.");
    }

    private static String objective(Slo slo) {
        return "objective %s %% over %s".formatted(number(slo.ratio() * 100), slo.window());
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }
}
