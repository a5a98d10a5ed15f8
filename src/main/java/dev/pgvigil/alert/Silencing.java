package dev.pgvigil.alert;

import dev.pgvigil.state.ActiveAlert;
import java.util.List;
import java.util.function.Supplier;

/** Suppresses what a silence covers; the maintenance of the configuration and the silences of people are two of these stages. */
record Silencing(Supplier<List<Silence>> silences) implements Stage {

    @Override
    public List<Candidate> apply(List<Candidate> alerts, Moment moment) {
        List<Silence> all = silences.get();
        return alerts.stream().map(one -> silenced(one, all, moment)).toList();
    }

    private static Candidate silenced(Candidate one, List<Silence> silences, Moment moment) {
        for (Silence silence : silences) {
            if (silence.covers(
                    one.alert().target(), one.target(), one.alert().finding(), one.severity(), moment.now())) {
                return one.suppressed(ActiveAlert.State.SILENCED, silence.id(), silence.reason());
            }
        }
        return one;
    }
}
