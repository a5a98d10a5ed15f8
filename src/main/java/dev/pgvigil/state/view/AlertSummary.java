package dev.pgvigil.state.view;

import dev.pgvigil.check.Severity;
import dev.pgvigil.state.ActiveAlert;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The alerts that fire. */
@Schema(name = "AlertSummary")
public record AlertSummary(
        @Schema(description = "number of alerts that fire, acknowledged, silenced and inhibited ones included")
        int active,

        @Schema(description = "those that nobody has acknowledged, and nothing silences or inhibits")
        int firing,

        int acknowledged,
        int silenced,
        int inhibited,
        int critical,
        int high,
        int medium,
        int low,

        @Schema(description = "worst first, at most 20; /api/v1/alerts lists all")
        List<ActiveAlert> worst) {

    private static final int WORST = 20;

    static AlertSummary of(List<ActiveAlert> alerts) {
        return new AlertSummary(
                alerts.size(),
                in(alerts, ActiveAlert.State.FIRING),
                in(alerts, ActiveAlert.State.ACKNOWLEDGED),
                in(alerts, ActiveAlert.State.SILENCED),
                in(alerts, ActiveAlert.State.INHIBITED),
                in(alerts, Severity.CRITICAL),
                in(alerts, Severity.HIGH),
                in(alerts, Severity.MEDIUM),
                in(alerts, Severity.LOW),
                alerts.stream().limit(WORST).toList());
    }

    private static int in(List<ActiveAlert> alerts, ActiveAlert.State state) {
        return (int) alerts.stream().filter(alert -> alert.state() == state).count();
    }

    private static int in(List<ActiveAlert> alerts, Severity severity) {
        return (int)
                alerts.stream().filter(alert -> alert.severity() == severity).count();
    }
}
