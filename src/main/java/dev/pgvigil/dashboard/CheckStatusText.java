package dev.pgvigil.dashboard;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.state.view.CheckView;

/**
 * The latest result of a check as text.
 *
 * @param trouble why there is no newer observation; empty: no problem
 */
record CheckStatusText(String check, String state, String ago, String took, String trouble) {

    static CheckStatusText of(CheckView check) {
        return new CheckStatusText(
                check.check(),
                TextFormat.lower(check.state()),
                check.ageMs() == null
                        ? TextFormat.UNKNOWN
                        : HumanFormat.seconds(Math.max(0, check.ageMs()) / 1000.0) + " ago",
                TextFormat.milliseconds(check.tookMs()),
                trouble(check));
    }

    private static String trouble(CheckView check) {
        return switch (check.state()) {
            case OBSERVED -> "";
            case FAILED ->
                check.failure() == null
                        ? "failed"
                        : TextFormat.lower(check.failure().reason()) + ": "
                                + check.failure().message();
            case SKIPPED -> "skipped: " + check.reason();
            case PENDING -> "not checked yet";
            case OFF -> "disabled";
        };
    }
}
