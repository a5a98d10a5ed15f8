package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Catalogues;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Some hosts revoke SELECT on system catalogs from PUBLIC. */
class RevokedCatalogsTest {

    private static final List<String> SERVER_CHECKS = List.of("heartbeat", "databases", "connections");

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsMissingGrantWhileOtherChecksContinue(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("revoked");
        Stream.of("pg_roles", "pg_settings", "pg_extension")
                .forEach(name -> server.sqlIn(database, "revoke select on pg_catalog." + name + " from public"));
        Target target = server.target("shop", database);
        try (Monitoring monitoring = Monitoring.with(Catalogues.all(), target)) {
            Finding found = monitoring.awaitFinding("shop", "capabilities/catalogs");

            assertThat(found.status()).isEqualTo(Status.DEGRADED);
            assertThat(found.sql())
                    .isEqualTo("grant select on pg_catalog.pg_extension, pg_catalog.pg_roles, pg_catalog.pg_settings"
                            + " to \"pgvigil\"");
            await().until(() -> SERVER_CHECKS.stream().allMatch(check -> observed(monitoring, target, check)));
            assertThat(monitoring.status("shop")).isEqualTo(Status.DEGRADED);
            assertThat(monitoring.state("shop").findings())
                    .extracting(Finding::key)
                    .noneMatch(key -> key.contains("unanswered") || key.contains("failure"));

            server.sqlIn(database, String.valueOf(found.sql()));
            monitoring.follow();
            monitoring.follow(target);
            monitoring.awaitStatus("shop", Status.HEALTHY);
        }
    }

    private static boolean observed(Monitoring monitoring, Target target, String check) {
        ServerState state = monitoring.fleet().snapshot().servers().get(target.server());
        return state != null && state.outcome(check) instanceof Outcome.Observed<?>;
    }
}
