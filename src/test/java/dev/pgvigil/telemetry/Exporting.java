package dev.pgvigil.telemetry;

import dev.pgvigil.postgres.Grants;
import dev.pgvigil.testing.OtlpReceiver;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.RedisServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A pgvigil that watches two databases of a real server, one with a hostile name. Where variables of OpenTelemetry are
 * given there is a collector too, and pgvigil is told of it as the standard says.
 */
public final class Exporting implements QuarkusTestResourceLifecycleManager {

    /** Quotes, markup, a newline, a backslash, braces and as many bytes as a name may have. */
    static final String HOSTILE = "a\"b\n<i>'\\{x=\"1\"} 1#🐘ä" + "z".repeat(63 - 28);

    private final OtlpReceiver receiver = new OtlpReceiver();
    private final RedisServer redis = RedisServer.start();
    private static final String MIGRATED = "migrated";
    private static final String BUSINESS = "business";
    private static final Path QUERIES = Path.of("monitoring", "postgres").toAbsolutePath();

    private final FleetFile file = new FleetFile();
    private Map<String, String> variables = Map.of();

    @Override
    public void init(Map<String, String> given) {
        variables = given;
    }

    @Override
    public Map<String, String> start() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        if (server.value("select 1 from pg_database where datname like 'a\"b%'") == null) {
            server.createDatabase(HOSTILE);
            server.createDatabase(MIGRATED);
            // So that the metrics of a history are there.
            server.sqlIn(
                    MIGRATED,
                    "create table schema_migrations (version varchar primary key)",
                    "insert into schema_migrations values ('1')",
                    "grant select on schema_migrations to " + server.server().user());
            business(server);
        }
        // Whichever database the shared session is in, the check statements runs.
        server.sqlIn("postgres", "create extension if not exists pg_stat_statements");
        server.sqlIn(HOSTILE, "create extension if not exists pg_stat_statements");
        server.sqlIn("postgres", Grants.Level.L2.script());
        String url =
                "postgresql://" + server.server().user() + "@" + server.server().id();
        // So that the metrics of replicas are there.
        file.beside("  cluster: { redis: \"" + redis.url() + "\" }\n");
        file.begin("""
                shop:
                  url: "%s/postgres?sslmode=disable"
                  region: eu-west-1
                  tags: { team: dba }
                  checks:
                    plans: { enabled: true }
                    statements: { classes: [{ name: bookings, patterns: ["*"] }] }
                    canary: { queries: { answer: { query: select 42 } } }
                    custom-sql:
                      queries: { shop_bookings: { query: select 1 as open, metrics: [ { open: { usage: GAUGE } } ] } }
                odd: { url: "%s/%s?sslmode=disable" }
                migrated: { url: "%s/%s?sslmode=disable", checks: { migrations: { expected: ["1"] } } }
                business:
                  url: "%s/%s?sslmode=disable"
                  tenancy: { column: tenant_id, administrators: [postgres] }
                  checks: { custom-sql: { files: ["%s/business-shop.yaml", "%s/business-booking.yaml", "%s/business-ci.yaml"] } }
                """.formatted(
                        url, url, percentCoded(HOSTILE), url, MIGRATED, url, BUSINESS, QUERIES, QUERIES, QUERIES));
        Map<String, String> config = new HashMap<>(variables);
        config.put("pgvigil.config", file.path().toString());
        if (!variables.isEmpty()) {
            config.put("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url());
        }
        return config;
    }

    /** The tables of which monitoring/postgres has business metrics, some of them of tenants. */
    private static void business(PgServer server) {
        server.createDatabase(BUSINESS);
        server.sqlIn(
                BUSINESS,
                "create table tenants (id int primary key)",
                "create table bookings (tenant_id int not null references tenants, status text, created_at timestamptz)",
                "create table slots (starts_at timestamptz, capacity int, booked int)",
                "create table orders (tenant_id int not null references tenants, status text, total_cents bigint,"
                        + " created_at timestamptz)",
                "create table stock (product_id int, quantity int)",
                "create table builds (status text, queued_at timestamptz, started_at timestamptz, finished_at timestamptz)",
                "create table test_runs (passed bool, at timestamptz)",
                "create index on bookings (tenant_id)",
                "create index on orders (tenant_id)",
                "alter table bookings enable row level security",
                "alter table orders enable row level security",
                "create policy own on bookings using (tenant_id = current_setting('app.tenant')::int)",
                "create policy own on orders using (tenant_id = current_setting('app.tenant')::int)",
                "create policy monitoring on bookings for select to "
                        + server.server().user() + " using (true)",
                "create policy monitoring on orders for select to "
                        + server.server().user() + " using (true)",
                "grant select on bookings, slots, orders, stock, builds, test_runs to "
                        + server.server().user(),
                "insert into tenants values (1), (2)",
                "insert into bookings values (1, 'confirmed', now()), (2, 'cancelled', now())",
                "insert into slots values (now() + interval '1 day', 10, 4)",
                "insert into orders values (1, 'paid', 4200, now())",
                "insert into stock values (1, 0), (2, 5)",
                "insert into builds values ('passed', now(), now(), now()), ('waiting', now(), null, null)",
                "insert into test_runs values (true, now())");
    }

    @Override
    public void stop() {
        receiver.close();
        redis.close();
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(receiver, new TestInjector.MatchesType(OtlpReceiver.class));
        injector.injectIntoFields(file, new TestInjector.MatchesType(FleetFile.class));
    }

    private static String percentCoded(String text) {
        StringBuilder coded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            coded.append("%%%02X".formatted(b & 0xFF));
        }
        return coded.toString();
    }
}
