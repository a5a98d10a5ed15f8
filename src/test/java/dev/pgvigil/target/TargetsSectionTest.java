package dev.pgvigil.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.Loaded;
import dev.pgvigil.config.Secret;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetsSectionTest {

    private final TargetsSection section = new TargetsSection(new SampleChecks());

    @TempDir
    private Path folder;

    @Test
    void readsEveryKey() throws IOException {
        Files.writeString(folder.resolve("shop.pw"), "hunter2\r\n");
        Target target = only("""
                pgvigil:
                  targets:
                    shop-1.eu_west:
                      url: postgresql://pgvigil@db1.internal:5433/shop?sslmode=require
                      password-file: shop.pw
                      region: eu-west-1
                      role: primary
                      tags: { team: payments, tier: 1 }
                      thresholds:
                        connections: { degraded: 70%, unhealthy: 0.9 }
                        heartbeat: { slow: 1.5s }
                        size: { large: 64MB }
                        queue: { long: 3 }
                      checks:
                        heartbeat: { enabled: true, every: 250ms }
                        blocking: { enabled: false }
                      discover: { include: ["app_*", shop], exclude: app_tmp_* }
                """);

        assertThat(target)
                .isEqualTo(new Target(
                        "shop-1.eu_west",
                        new Server(
                                "db1.internal",
                                5433,
                                "pgvigil",
                                new Secret("hunter2"),
                                new Tls(Tls.Mode.REQUIRE, null, null, null)),
                        "shop",
                        "eu-west-1",
                        ExpectedRole.PRIMARY,
                        Map.of("team", "payments", "tier", "1"),
                        new Thresholds(Map.of(
                                "connections.degraded",
                                0.7,
                                "connections.unhealthy",
                                0.9,
                                "heartbeat.slow",
                                1.5,
                                "size.large",
                                64.0 * (1 << 20),
                                "queue.long",
                                3.0)),
                        Map.of(
                                "heartbeat",
                                new CheckSetting(true, Duration.ofMillis(250)),
                                "blocking",
                                new CheckSetting(false, null)),
                        new Discovery(List.of("app_*", "shop"), List.of("app_tmp_*"))));
    }

    @Test
    void defaultsEverythingButTheUrl() throws IOException {
        Target target = only("pgvigil: { targets: { shop: { url: postgresql://u@db1/d } } }");

        assertThat(target).isEqualTo(Target.of("shop", new Server("db1", 5432, "u", null, Tls.PREFER), "d"));
        assertThat(target.thresholds().of(SampleChecks.DEGRADED)).isEqualTo(0.8);
    }

    @Test
    void takesTheFleetsThresholdsAndChecksWhereATargetSaysNothing() throws IOException {
        List<Target> targets = read("""
                pgvigil:
                  thresholds: { connections: { degraded: 60%, unhealthy: 85% } }
                  checks: { heartbeat: { every: 1s }, blocking: { enabled: false } }
                  targets:
                    a: { url: postgresql://u@db1/d }
                    b:
                      url: postgresql://u@db2/d
                      thresholds: { connections: { unhealthy: 99% } }
                      checks: { heartbeat: { enabled: false }, blocking: { enabled: true } }
                """);

        assertThat(targets)
                .extracting(target -> target.thresholds().of(SampleChecks.DEGRADED))
                .containsExactly(0.6, 0.6);
        assertThat(targets)
                .extracting(target -> target.thresholds().of(SampleChecks.UNHEALTHY))
                .containsExactly(0.85, 0.99);
        assertThat(targets).extracting(target -> target.runs("heartbeat")).containsExactly(true, false);
        assertThat(targets).extracting(target -> target.runs("blocking")).containsExactly(false, true);
        assertThat(targets)
                .extracting(target -> target.cadence("heartbeat", Duration.ofDays(1)))
                .containsOnly(Duration.ofSeconds(1));
    }

    @Test
    void takesPasswordsFromTheirPlaces() throws IOException {
        Files.writeString(folder.resolve("pw"), " with blanks \n\n");
        List<Target> targets = read("""
                pgvigil:
                  targets:
                    url: { url: "postgresql://u:in%20url@db1/d" }
                    plain: { url: postgresql://u@db2/d, password: 0123 }
                    file: { url: postgresql://u@db3/d, password-file: pw }
                    env: { url: postgresql://u@db4/d, password-env: SHOP_PASSWORD }
                    none: { url: postgresql://u@db5/d }
                """);

        assertThat(targets)
                .extracting(target -> target.server().password())
                .containsExactly(
                        new Secret("in url"), new Secret("0123"), new Secret(" with blanks "), new Secret("env"), null);
    }

    @Test
    void discoversEveryDatabaseWithoutPatterns() throws IOException {
        assertThat(only("pgvigil: { targets: { db: { url: postgresql://u@db1/postgres, discover: } } }")
                        .discovery())
                .isEqualTo(new Discovery(List.of("*"), List.of()));
    }

    @Test
    void takesAliasesForWholeValues() throws IOException {
        List<Target> targets = read("""
                pgvigil:
                  targets:
                    a: { url: postgresql://u@db1/d, tags: &tags { team: payments }, password: &pw hunter2 }
                    b: { url: postgresql://u@db2/d, tags: *tags, password: *pw }
                """);

        assertThat(targets.get(1).tags()).isEqualTo(Map.of("team", "payments"));
        assertThat(targets.get(1).server().password()).isEqualTo(new Secret("hunter2"));
    }

    @Test
    void targetsOfOneServerShareIt() throws IOException {
        List<Target> targets = read("""
                pgvigil:
                  targets:
                    a: { url: "postgresql://u:p@db1/a" }
                    b: { url: postgresql://u@DB1:5432/b, password: p }
                """);

        assertThat(targets.get(0).server()).isEqualTo(targets.get(1).server());
    }

    /** What each sslmode comes to; CA stands for a file, and an empty cell for nothing. */
    @ParameterizedTest
    @CsvSource({
        "'',                                 PREFER,      ''",
        "sslmode=disable,                    DISABLE,     ''",
        "sslmode=allow,                      ALLOW,       ''",
        "sslmode=prefer,                     PREFER,      ''",
        "sslmode=require,                    REQUIRE,     ''",
        "sslmode=require&sslrootcert=CA,     REQUIRE,     CA",
        "sslmode=verify-ca&sslrootcert=CA,   VERIFY_CA,   CA",
        "sslmode=verify-full&sslrootcert=CA, VERIFY_FULL, CA",
        "sslmode=verify-full,                VERIFY_FULL, system",
        "sslrootcert=system,                 VERIFY_FULL, system",
        "ssl=true,                           REQUIRE,     ''",
    })
    void readsTls(String parameters, Tls.Mode mode, String root) throws IOException {
        Path file = Files.writeString(folder.resolve("ca.pem"), "a certificate");
        String query = parameters.replace("CA", "ca.pem");
        Tls tls = only("pgvigil: { targets: { a: { url: 'postgresql://u@db1/a?" + query + "' } } }")
                .server()
                .tls();

        assertThat(tls.mode()).isEqualTo(mode);
        assertThat(tls.rootCert()).isEqualTo(root.isEmpty() ? null : root.equals("CA") ? file : Tls.SYSTEM);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sslmode=verify-ca                   | sslmode=verify-ca needs sslrootcert=FILE; only verify-full goes without
            sslmode=require&sslrootcert=system  | sslmode must be verify-full with sslrootcert=system, not require
            sslmode=Require                     | sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full, not "Require"
            sslmode=                            | sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full, not ""
            sslcert=/proc/self/stat             | sslcert and sslkey come together or not at all
            sslrootcert=/                       | the file "/" is not a regular file
            sslrootcert=none.pem                | the file "none.pem" does not exist
            """)
    void refusesTls(String parameters, String message) {
        assertThat(Loaded.url("postgresql://u@db1/a?" + parameters, section).problems())
                .containsExactly("DATABASE_URL: " + message);
    }

    @Test
    void readsAClientCertificate() throws IOException {
        Path cert = Files.writeString(folder.resolve("c.pem"), "");
        Path key = Files.writeString(folder.resolve("k.pem"), "");
        Tls tls = only("pgvigil: { targets: { a: { url: 'postgresql://u@db1/a?sslcert=c.pem&sslkey=k.pem' } } }")
                .server()
                .tls();

        assertThat(tls).isEqualTo(new Tls(Tls.Mode.PREFER, null, cert, key));
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://u:p@db1/shop, shop",
        "postgresql://u:p@db1/läden%20%7E, l_den__",
        "postgresql://u:p@db1, u",
    })
    void makesATargetOfAConnectionStringAlone(String url, String name) {
        List<Target> targets = targets(Loaded.url(url, section));

        assertThat(targets).singleElement().extracting(Target::name).isEqualTo(name);
        assertThat(targets.getFirst().server().password()).isEqualTo(new Secret("p"));
    }

    @Test
    void loadsTenThousandTargetsInASecondOrTwo() throws IOException {
        StringBuilder yaml = new StringBuilder("pgvigil:\n  targets:\n");
        for (int i = 0; i < 10_000; i++) {
            yaml.append(
                    "    t%d:\n      url: postgresql://u@db%d.internal:5432/d%d?sslmode=require\n".formatted(i, i, i));
            yaml.append("      password-env: SHOP_PASSWORD\n      region: eu\n      tags: { team: payments }\n");
            yaml.append("      thresholds: { connections: { degraded: 70%, unhealthy: 90% } }\n");
            yaml.append("      checks: { heartbeat: { every: 1s } }\n");
        }
        Path file = Files.writeString(folder.resolve("big.yaml"), yaml);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();

        assertThat(targets(Loaded.file(file, Map.of("SHOP_PASSWORD", "env"), section)))
                .hasSize(10_000);
        // Of this thread alone: a busy machine makes it no slower.
        assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - start)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void boundsTheNumberOfTargets() throws IOException {
        StringBuilder yaml = new StringBuilder("pgvigil:\n  targets:\n");
        for (int i = 0; i < 10_001; i++) {
            yaml.append("    t").append(i).append(":\n");
        }

        assertThat(Loaded.file(file(yaml.toString()), Map.of(), section).problems())
                .containsExactly("line 2: pgvigil.targets: holds 10001 targets; at most 10000 are possible");
    }

    private Target only(String yaml) throws IOException {
        List<Target> targets = read(yaml);
        assertThat(targets).hasSize(1);
        return targets.getFirst();
    }

    private List<Target> read(String yaml) throws IOException {
        return targets(Loaded.file(file(yaml), Map.of("SHOP_PASSWORD", "env"), section));
    }

    private static List<Target> targets(Loaded loaded) {
        assertThat(loaded.problems()).isEmpty();
        return loaded.settings().orElseThrow().get(TargetsSection.class).entries();
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("pgvigil.yaml"), yaml);
    }
}
