package dev.pgvigil.state.view;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.http.ProblemException;
import dev.pgvigil.state.TargetState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The database of a legacy path: the named one, or the only one. */
public final class DefaultDatabase {

    private static final int NAMED = 20;

    private DefaultDatabase() {}

    /** Throws a {@link ProblemException} if there is none, or if it is not clear which. */
    public static TargetState of(PointInTimeView view, @Nullable String name) {
        if (name != null) {
            return view.target(name);
        }
        List<TargetState> all = view.targets();
        return switch (all.size()) {
            case 0 -> throw ProblemException.notFound("no database is watched");
            case 1 -> all.getFirst();
            default ->
                throw ProblemException.badRequest("several databases are watched; query parameter name is one of: "
                        + all.stream()
                                .limit(NAMED)
                                .map(state -> '"' + state.target().name() + '"')
                                .collect(joining(", "))
                        + (all.size() > NAMED ? " and " + (all.size() - NAMED) + " more" : ""));
        };
    }
}
