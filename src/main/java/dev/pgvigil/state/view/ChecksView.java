package dev.pgvigil.state.view;

import dev.pgvigil.state.TargetState;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The checks of one target. */
@Schema(name = "Checks")
public record ChecksView(
        String databaseName,

        @Schema(description = "latest result of each check, by name")
        List<CheckView> checks) {

    /** These checks, and all others with an outcome. */
    static ChecksView of(TargetState state, PointInTimeView view, Set<String> known) {
        return new ChecksView(
                state.target().name(),
                names(state, view, known).stream()
                        .map(check -> CheckView.of(check, state, view))
                        .toList());
    }

    private static Set<String> names(TargetState state, PointInTimeView view, Set<String> known) {
        Set<String> names = new TreeSet<>(known);
        names.addAll(state.outcomes().keySet());
        names.addAll(view.server(state).outcomes().keySet());
        return names;
    }
}
