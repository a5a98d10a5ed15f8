package dev.pgvigil.diagnose;

import static dev.pgvigil.diagnose.DiagnosticsView.StepName.AUTHENTICATION;
import static dev.pgvigil.diagnose.DiagnosticsView.StepName.CONFIGURATION;
import static dev.pgvigil.diagnose.DiagnosticsView.StepName.DNS;
import static dev.pgvigil.diagnose.DiagnosticsView.StepName.QUERY;
import static dev.pgvigil.diagnose.DiagnosticsView.StepName.TCP;
import static dev.pgvigil.diagnose.DiagnosticsView.StepName.TLS;
import static dev.pgvigil.diagnose.DiagnosticsView.StepResult.FAILED;
import static dev.pgvigil.diagnose.DiagnosticsView.StepResult.OK;
import static dev.pgvigil.diagnose.DiagnosticsView.StepResult.SKIPPED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Status;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.config.Problem;
import dev.pgvigil.config.Secret;
import dev.pgvigil.diagnose.DiagnosticsView.Step;
import dev.pgvigil.diagnose.DiagnosticsView.StepName;
import dev.pgvigil.diagnose.DiagnosticsView.StepResult;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.monitor.Monitoring;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.TargetsSection;
import dev.pgvigil.testing.Authority;
import dev.pgvigil.testing.Blackhole;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.UnresponsiveServer;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each step fails in turn, on real servers. */
class DiagnosticsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String PASSWORD = "pa55word-never-shown";
    private static final Authority OURS = Authority.create("diagnosed");
    private static final PgServer SERVER = PgServer.start(PgServer.majors().getLast());

    @BeforeAll
    static void role() {
        SERVER.monitorRole("vigil", PASSWORD);
        SERVER.certificate(OURS.valid());
        SERVER.demandPassword();
    }

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @Test
    void timesEachStepOfReachableDatabase() {
        SERVER.certificate(OURS.valid());
        DiagnosticsView view = diagnose(target("vigil", PASSWORD, verified()));

        assertThat(view.result()).isEqualTo(OK);
        assertThat(view.failedStep()).isNull();
        assertThat(results(view)).containsExactly(OK, OK, OK, OK, OK, OK);
        assertThat(view.steps()).extracting(Step::step).containsExactly(StepName.values());
        assertThat(view.steps()).allSatisfy(step -> {
            assertThat(step.tookMs()).isNotNull().isBetween(0.0, 5_000.0);
            assertThat(step.cause()).isNull();
        });
        assertThat(step(view, AUTHENTICATION).tookMs()).isPositive();
        assertThat(step(view, QUERY).message())
                .startsWith("PostgreSQL " + SERVER.major())
                .endsWith("primary");
        assertThat(view.addresses()).singleElement().satisfies(address -> {
            assertThat(address.address()).isEqualTo("127.0.0.1");
            assertThat(address.result()).isEqualTo(OK);
        });
        assertThat(view.tlsVersion()).isEqualTo("TLSv1.3");
        assertThat(view.certificates()).hasSize(2);
        assertThat(view.certificates().getFirst().subject()).isEqualTo("CN=localhost");
        assertThat(view.certificates().getFirst().issuer()).isEqualTo("CN=diagnosed");
        assertThat(view.certificates().getFirst().daysLeft()).isEqualTo(29);
        assertThat(view.toString()).doesNotContain(PASSWORD);
    }

    @Test
    void skipsTlsWhereSslmodeDisablesIt() {
        DiagnosticsView view = diagnose(target("vigil", PASSWORD, new Tls(Tls.Mode.DISABLE)));

        assertThat(results(view)).containsExactly(OK, OK, OK, SKIPPED, OK, OK);
        assertThat(step(view, TLS).message()).contains("sslmode=disable");
        assertThat(step(view, TLS).tookMs()).isNull();
    }

    @Test
    void reportsUnresolvableHost() {
        DiagnosticsView view = diagnose(at("no-such-host.invalid", 5432));

        assertThat(failed(view, DNS).cause()).contains("no-such-host.invalid");
        assertThat(results(view)).containsExactly(OK, FAILED, SKIPPED, SKIPPED, SKIPPED, SKIPPED);
        assertThat(view.addresses()).isEmpty();
    }

    @Test
    void reportsRefusedConnection() {
        DiagnosticsView view = diagnose(at("127.0.0.1", 1));

        assertThat(failed(view, TCP).cause()).contains("Nothing listens at port 1");
        assertThat(view.addresses())
                .singleElement()
                .satisfies(address -> assertThat(address.error()).contains("refused"));
    }

    @Test
    void reportsAddressThatDropsPackets() {
        try (Blackhole hole = Blackhole.start()) {
            DiagnosticsView view = diagnose(at(hole.host(), hole.port()));

            assertThat(failed(view, TCP).cause()).contains("firewall");
            assertThat(step(view, TCP).tookMs()).isBetween(900.0, 5_000.0);
        }
    }

    @Test
    void reportsServerThatAcceptsConnectionsAndNeverAnswers() {
        try (UnresponsiveServer mute = UnresponsiveServer.start()) {
            DiagnosticsView plain = diagnose(at(mute.host(), mute.port()));
            assertThat(failed(plain, AUTHENTICATION).cause()).contains("hangs");
            assertThat(step(plain, TCP).result()).isEqualTo(OK);

            Server server = new Server(mute.host(), mute.port(), "vigil", null, new Tls(Tls.Mode.REQUIRE));
            assertThat(failed(diagnose(Target.of("shop", server, "postgres")), TLS)
                            .message())
                    .contains("no answer");
        }
    }

    @Test
    void reportsExpiredCertificate() {
        SERVER.certificate(OURS.expired());
        DiagnosticsView view = diagnose(target("vigil", PASSWORD, verified()));

        assertThat(failed(view, TLS).cause()).contains("expired");
        assertThat(step(view, TLS).action()).contains("Renew");
        assertThat(view.certificates().getFirst().daysLeft()).isNegative();
        assertThat(results(view)).containsExactly(OK, OK, OK, FAILED, SKIPPED, SKIPPED);
    }

    @Test
    void pointsOutExpiredCertificateThatSslmodeDoesNotVerify() {
        SERVER.certificate(OURS.expired());
        DiagnosticsView view = diagnose(target("vigil", PASSWORD, new Tls(Tls.Mode.REQUIRE)));

        assertThat(view.result()).isEqualTo(OK);
        assertThat(step(view, TLS).message()).contains("expired at");
        assertThat(step(view, TLS).action()).contains("Renew");
    }

    @Test
    void pointsOutCertificateThatExpiresSoon() {
        SERVER.certificate(OURS.expiringIn(Duration.ofHours(60)));
        DiagnosticsView view = diagnose(target("vigil", PASSWORD, verified()));

        assertThat(view.result()).isEqualTo(OK);
        assertThat(step(view, TLS).message()).contains("expires in 2 days");
    }

    @Test
    void reportsCertificateForAnotherHost() {
        SERVER.certificate(OURS.otherHost());
        DiagnosticsView view = diagnose(target("vigil", PASSWORD, verified()));

        assertThat(failed(view, TLS).cause()).contains("not for the host");
        assertThat(view.certificates().getFirst().subject()).isEqualTo("CN=db.example.org");
    }

    @Test
    void reportsWrongPassword() {
        DiagnosticsView view = diagnose(target("vigil", "wrong", new Tls(Tls.Mode.DISABLE)));

        assertThat(failed(view, AUTHENTICATION).sqlState()).isEqualTo("28P01");
        assertThat(step(view, AUTHENTICATION).action()).isNotBlank();
        assertThat(step(view, QUERY).result()).isEqualTo(SKIPPED);
    }

    @Test
    void reportsMissingPassword() {
        assertThat(failed(diagnose(target("vigil", null, new Tls(Tls.Mode.DISABLE))), AUTHENTICATION)
                        .message())
                .isEqualTo("no password supplied");
    }

    @Test
    void reportsMissingDatabaseAfterSuccessfulLogin() {
        Target target =
                Target.of("shop", SERVER.server("vigil", PASSWORD, new Tls(Tls.Mode.DISABLE)), "no_such_database");
        DiagnosticsView view = diagnose(target);

        assertThat(failed(view, QUERY).sqlState()).isEqualTo("3D000");
        assertThat(step(view, QUERY).cause()).contains("dropped or renamed");
        assertThat(step(view, AUTHENTICATION).result()).isEqualTo(OK);
    }

    @Test
    void reportsLockThatBlocksTheQuery() throws SQLException {
        String database = SERVER.newDatabase("blocked");
        try (Connection owner = SERVER.jdbc(database);
                Statement statement = owner.createStatement()) {
            owner.setAutoCommit(false);
            statement.execute("lock table pg_catalog.pg_extension in access exclusive mode");
            Target target = Target.of("shop", SERVER.server("vigil", PASSWORD, new Tls(Tls.Mode.DISABLE)), database);
            DiagnosticsView view = diagnose(target);

            assertThat(failed(view, QUERY).sqlState()).isEqualTo("55P03");
            assertThat(step(view, QUERY).cause()).contains("lock");
            assertThat(SERVER.valueIn(
                            database,
                            "select distinct usename from (" + step(view, QUERY).sql() + ") holders"))
                    .isEqualTo("postgres");
        }
    }

    /** The database answers, by the older configuration. */
    @Test
    void reportsRejectedConfiguration() {
        Problem problem = new Problem("targets.shop.url", 7, "must be a URL");
        Configuration.State rejected = new Configuration.State("pgvigil.yaml", null, null, List.of(problem), 1, 1);
        try (Monitoring watching = Monitoring.over()) {
            Diagnostics diagnostics = new Diagnostics(watching.watch(), () -> rejected);
            DiagnosticsView view = diagnostics
                    .of(target("vigil", PASSWORD, new Tls(Tls.Mode.DISABLE)))
                    .await()
                    .atMost(PATIENCE);
            assertThat(view.result()).isEqualTo(OK);
            assertThat(view.failedStep()).isEqualTo(CONFIGURATION);
            assertThat(step(view, CONFIGURATION).cause()).contains("targets.shop.url");
        }
    }

    @Test
    void concurrentRequestsShareOneRunWithinTheBudget() {
        Target target = target("vigil", PASSWORD, new Tls(Tls.Mode.DISABLE));
        try (Monitoring watching = Monitoring.over(target)) {
            watching.awaitStatus("shop", Status.HEALTHY);
            long before = watching.link(target.server()).connects();
            Diagnostics diagnostics = new Diagnostics(watching.watch(), DiagnosticsTest::configuration);
            List<Uni<DiagnosticsView>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(diagnostics.of(target));
            }
            List<DiagnosticsView> views =
                    Uni.join().all(all).andFailFast().await().atMost(PATIENCE);

            assertThat(views).hasSize(50).allSatisfy(view -> assertThat(view).isSameAs(views.getFirst()));
            assertThat(diagnostics.of(target).await().atMost(PATIENCE)).isSameAs(views.getFirst());
            watching.awaitLink(target.server(), link -> link.connects() == before + 1 && link.open() == 1);
        }
    }

    @Test
    void runsInProgressAreBounded() {
        try (UnresponsiveServer mute = UnresponsiveServer.start();
                Monitoring watching = Monitoring.over()) {
            Diagnostics diagnostics = new Diagnostics(watching.watch(), DiagnosticsTest::configuration);
            List<Uni<DiagnosticsView>> all = new ArrayList<>();
            for (int i = 0; i < Diagnostics.AT_ONCE; i++) {
                Server server = new Server(mute.host(), mute.port(), "vigil" + i, null, new Tls(Tls.Mode.DISABLE));
                all.add(diagnostics.of(Target.of("shop" + i, server, "postgres")));
            }
            assertThatThrownBy(() -> diagnostics.of(target("vigil", PASSWORD, new Tls(Tls.Mode.DISABLE))))
                    .isInstanceOf(ProblemException.class);
            assertThat(Uni.join().all(all).andFailFast().await().atMost(PATIENCE))
                    .allSatisfy(view -> assertThat(view.result()).isEqualTo(FAILED));
        }
    }

    /** The monitor itself holds most of the budget while a server hangs: it must get a connection when the server is back. */
    @Test
    void leavesConnectionsForTheMonitorWhileServerHangs() {
        try (PgServer hanging = PgServer.start(PgServer.majors().getFirst())) {
            Target target = hanging.target("shop", "postgres");
            try (Monitoring watching = Monitoring.over(target)) {
                watching.awaitStatus("shop", Status.HEALTHY);
                hanging.freeze();
                watching.awaitStatus("shop", Status.UNHEALTHY);
                for (int i = 0; i < 5; i++) {
                    Diagnostics anew = new Diagnostics(watching.watch(), DiagnosticsTest::configuration);
                    assertThat(anew.of(target).await().atMost(PATIENCE).result())
                            .isEqualTo(FAILED);
                }
                assertThat(watching.link(target.server()).open()).isLessThanOrEqualTo(8);
                hanging.thaw();
                watching.awaitStatus("shop", Status.HEALTHY);
            }
        }
    }

    private static DiagnosticsView diagnose(Target target) {
        try (Monitoring watching = Monitoring.over()) {
            Diagnostics diagnostics = new Diagnostics(watching.watch(), DiagnosticsTest::configuration);
            return diagnostics.of(target).await().atMost(PATIENCE);
        }
    }

    private static Configuration.State configuration() {
        return new Configuration.State("test", null, null, List.of(), 0, 0);
    }

    private static Target target(String user, @Nullable String password, Tls tls) {
        return Target.of("shop", SERVER.server(user, password, tls), "postgres");
    }

    private static Target at(String host, int port) {
        return Target.of(
                "shop", new Server(host, port, "vigil", new Secret(PASSWORD), new Tls(Tls.Mode.DISABLE)), "postgres");
    }

    private static Tls verified() {
        LoadedConfig loaded = LoadedConfig.url(
                "postgresql://vigil@127.0.0.1/postgres?sslmode=verify-full&sslrootcert=" + OURS.root(),
                new TargetsSection(new Catalogue(List.of())));
        return loaded.settings()
                .orElseThrow()
                .get(TargetsSection.class)
                .entries()
                .getFirst()
                .server()
                .tls();
    }

    private static List<StepResult> results(DiagnosticsView view) {
        return view.steps().stream().map(Step::result).toList();
    }

    private static Step step(DiagnosticsView view, StepName name) {
        return view.steps().stream()
                .filter(step -> step.step() == name)
                .findFirst()
                .orElseThrow();
    }

    /** The step that failed; all others succeeded or were skipped. */
    private static Step failed(DiagnosticsView view, StepName name) {
        assertThat(view.result()).isEqualTo(FAILED);
        assertThat(view.failedStep()).as("%s", view).isEqualTo(name);
        assertThat(step(view, name).cause()).isNotBlank();
        assertThat(step(view, name).action()).isNotBlank();
        return step(view, name);
    }
}
