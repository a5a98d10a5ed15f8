package dev.pgvigil.dashboard;

import dev.pgvigil.check.Phrase;
import dev.pgvigil.watch.view.CheckView;

/**
 * When a check last looked, and what came of it.
 *
 * @param trouble why nothing newer is known; empty: nothing is wrong
 */
record Seen(String check, String state, String ago, String took, String trouble) {

    static Seen of(CheckView check) {
        return new Seen(
                check.check(),
                Wording.lower(check.state()),
                check.ageMs() == null ? Wording.UNKNOWN : Phrase.seconds(Math.max(0, check.ageMs()) / 1000.0) + " ago",
                Wording.milliseconds(check.tookMs()),
                trouble(check));
    }

    private static String trouble(CheckView check) {
        return switch (check.state()) {
            case OBSERVED -> "";
            case FAILED ->
                check.failure() == null
                        ? "not answered"
                        : Wording.lower(check.failure().reason()) + ": "
                                + check.failure().message();
            case SKIPPED -> "not asked: " + check.reason();
            case PENDING -> "not asked yet";
            case OFF -> "switched off";
        };
    }
}
