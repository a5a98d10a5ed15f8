package dev.pgvigil.check.custom;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Compatibility;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Previous;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Queries whose series other programs export, so that dashboards and alert rules for those go on working. They make no findings. */
interface ExporterQueries extends Check<Results>, Compatibility {

    List<CustomQuery> queries();

    @Override
    default Uni<Results> collect(Session session) {
        return QueryRunner.due(session, queries());
    }

    @Override
    default List<Finding> evaluate(Results now, Previous<Results> previous, Target target) {
        return List.of();
    }

    @Override
    default List<Finding> evaluateFailure(Failure failure, Target target) {
        return List.of();
    }
}
