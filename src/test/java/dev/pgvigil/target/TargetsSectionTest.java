package dev.pgvigil.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.config.Redacted;
import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.testing.Authority;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetsSectionTest {

    private static final Authority AUTHORITY = Authority.create("ours");
    private static final String RSA = rsa();

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
                        new Server("db1.internal", 5433, "pgvigil", new Secret("hunter2"), new Tls(Tls.Mode.REQUIRE)),
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
    void usesDefaultsExceptForUrl() throws IOException {
        Target target = only("pgvigil: { targets: { shop: { url: postgresql://u@db1/d } } }");

        assertThat(target).isEqualTo(Target.of("shop", new Server("db1", 5432, "u", null, Tls.PREFER), "d"));
        assertThat(target.thresholds().of(SampleChecks.DEGRADED)).isEqualTo(0.8);
    }

    @Test
    void usesThresholdsAndChecksOfFleetByDefault() throws IOException {
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
                .extracting(target -> target.interval("heartbeat", Duration.ofDays(1)))
                .containsOnly(Duration.ofSeconds(1));
    }

    @Test
    void readsPasswordFromEachSource() throws IOException {
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
    void readsPoolerAsItReadsTheServer() throws IOException {
        Files.writeString(folder.resolve("pw"), "hunter2\n");
        List<Target> targets = read("""
                pgvigil:
                  targets:
                    a: { url: postgresql://u@db1/a, pooler: &pgb { url: "postgresql://stats@pgb1:6432/pgbouncer?sslmode=require", password-file: pw } }
                    b: { url: postgresql://u@db1/b, pooler: *pgb }
                    c: { url: postgresql://u@db2/c }
                """);

        assertThat(targets)
                .extracting(target -> target.server().pooler())
                .containsExactly(
                        new Server("pgb1", 6432, "stats", new Secret("hunter2"), new Tls(Tls.Mode.REQUIRE)),
                        targets.getFirst().server().pooler(),
                        null);
        assertThat(targets.toString()).doesNotContain("hunter2");
    }

    @Test
    void discoversEveryDatabaseWithoutPatterns() throws IOException {
        assertThat(only("pgvigil: { targets: { db: { url: postgresql://u@db1/postgres, discover: } } }")
                        .discovery())
                .isEqualTo(new Discovery(List.of("*"), List.of()));
    }

    @Test
    void acceptsAliasesForWholeValues() throws IOException {
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
    void targetsOfOneServerRequireSameSecrets() throws IOException {
        List<Target> targets = read("""
                pgvigil:
                  targets:
                    a: { url: "postgresql://u:p@db1/a" }
                    b: { url: postgresql://u@DB1:5432/b, password: p }
                """);

        assertThat(targets.get(0).server()).isEqualTo(targets.get(1).server());
    }

    /** What each sslmode comes to: whether something is there to verify against. */
    @ParameterizedTest
    @CsvSource({
        "'',                                 PREFER,      false",
        "sslmode=disable,                    DISABLE,     false",
        "sslmode=allow,                      ALLOW,       false",
        "sslmode=prefer,                     PREFER,      false",
        "sslmode=require,                    REQUIRE,     false",
        "sslmode=prefer&sslrootcert=CA,      PREFER,      true",
        "sslmode=require&sslrootcert=CA,     REQUIRE,     true",
        "sslmode=verify-ca&sslrootcert=CA,   VERIFY_CA,   true",
        "sslmode=verify-full&sslrootcert=CA, VERIFY_FULL, true",
        "sslmode=verify-full,                VERIFY_FULL, true",
        "sslrootcert=system,                 VERIFY_FULL, true",
        "ssl=true,                           REQUIRE,     false",
    })
    void readsTls(String parameters, Tls.Mode mode, boolean trust) throws IOException {
        Tls tls = tls(parameters.replace("CA", Authority.create("ca").root().toString()));

        assertThat(tls.mode()).isEqualTo(mode);
        assertThat(tls.trust() != null).isEqualTo(trust);
        assertThat(tls.client()).isNull();
    }

    @Test
    void trustIsEqualForEqualContent() throws IOException {
        Path root = Authority.create("ca").root();
        Path same = Files.copy(root, folder.resolve("same.crt"));
        Path other = Authority.create("ca").root();

        assertThat(tls("sslrootcert=" + same)).isEqualTo(tls("sslrootcert=" + root));
        assertThat(tls("sslrootcert=" + other)).isNotEqualTo(tls("sslrootcert=" + root));
        assertThat(tls("sslmode=verify-full")).isEqualTo(tls("sslrootcert=system"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sslmode=verify-ca                   | sslmode=verify-ca needs sslrootcert=FILE; only verify-full goes without
            sslmode=require&sslrootcert=system  | sslmode must be verify-full with sslrootcert=system, not require
            sslmode=Require                     | sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full, not "Require"
            sslmode=                            | sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full, not ""
            sslcert=CERT                        | sslcert and sslkey come together or not at all
            sslcert=CERT&sslkey=OTHER           | sslkey: the file "OTHER" holds a private key that does not belong to the certificate of sslcert
            sslcert=CERT&sslkey=RSA             | sslkey: the file "RSA" holds a private key that does not belong to the certificate of sslcert
            sslcert=MIXED&sslkey=KEY            | sslcert: the file "MIXED" holds certificates in disorder: the client's comes first, and after each the one of its issuer
            sslrootcert=/                       | sslrootcert: the file "/" is not a regular file
            sslrootcert=none.pem                | sslrootcert: the file "none.pem" does not exist
            """)
    void rejectsInvalidTlsSettings(String parameters, String message) throws IOException {
        Authority.Certificate ours = AUTHORITY.client("u");
        String query = parameters;
        String said = message;
        Map<String, String> files = Map.of(
                "CERT", ours.chain(),
                "MIXED", Authority.create("other").client("u").chain() + ours.chain(),
                "KEY", ours.key(),
                "OTHER", AUTHORITY.client("u").key(),
                "RSA", RSA);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = Files.writeString(folder.resolve(file.getKey()), file.getValue());
            query = query.replace("=" + file.getKey(), "=" + path);
            said = said.replace('"' + file.getKey() + '"', Redacted.value(path.toString()));
        }

        assertThat(LoadedConfig.url("postgresql://u@db1/a?" + query, section).problems())
                .containsExactly("DATABASE_URL: " + said);
    }

    /** Whoever changes the file sees the mistake; what was in force stays so, whatever the file holds now. */
    @Test
    void keepsCertificateWhenReloadedOneIsInvalid() throws IOException {
        Path root = Files.copy(AUTHORITY.root(), folder.resolve("ca.pem"));
        Path file = file("pgvigil: { targets: { a: { url: 'postgresql://u@db1/a?sslrootcert=ca.pem' } } }");
        Configuration configuration = LoadedConfig.started(file, Duration.ofMillis(10), section);
        List<Target> before = configuration.settings().get(TargetsSection.class).entries();

        Files.writeString(root, "");
        await().until(() -> configuration.state().failedReloads() == 1);
        assertThat(configuration.state().problems())
                .singleElement()
                .asString()
                .startsWith("line 1: pgvigil.targets.a.url: sslrootcert: the file \"ca.pem\" holds no certificate");
        assertThat(configuration.settings().get(TargetsSection.class).entries()).isSameAs(before);

        Files.copy(Authority.create("other").root(), root, StandardCopyOption.REPLACE_EXISTING);
        await().until(() -> configuration.state().reloads() == 1);
        assertThat(configuration.settings().get(TargetsSection.class).entries()).isNotEqualTo(before);
        LoadedConfig.stop(configuration);
    }

    @Test
    void readsClientCertificate() throws IOException {
        Authority.Certificate client = AUTHORITY.client("u");
        Path cert = Files.writeString(folder.resolve("c.pem"), client.chain());
        Path key = Files.writeString(folder.resolve("k.pem"), client.key());
        Path both = Files.writeString(folder.resolve("both.pem"), client.key() + client.chain() + client.chain());
        Tls tls = tls("sslcert=" + cert + "&sslkey=" + key);

        assertThat(tls.mode()).isEqualTo(Tls.Mode.PREFER);
        assertThat(tls.trust()).isNull();
        assertThat(tls.client())
                .isNotNull()
                .isEqualTo(tls("sslcert=" + cert + "&sslkey=" + key).client());
        assertThat(tls("sslcert=" + both + "&sslkey=" + both).client()).isNotNull();
    }

    private static String rsa() {
        try {
            return Authority.pem(
                    KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Tls tls(String parameters) throws IOException {
        return only("pgvigil: { targets: { a: { url: 'postgresql://u@db1/a?" + parameters + "' } } }")
                .server()
                .tls();
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://u:p@db1/shop, shop",
        "postgresql://u:p@db1/läden%20%7E, l_den__",
        "postgresql://u:p@db1, u",
    })
    void createsTargetFromConnectionString(String url, String name) {
        List<Target> targets = targets(LoadedConfig.url(url, section));

        assertThat(targets).singleElement().extracting(Target::name).isEqualTo(name);
        assertThat(targets.getFirst().server().password()).isEqualTo(new Secret("p"));
    }

    @Test
    void loadsTenThousandTargetsWithinSeconds() throws IOException {
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

        assertThat(targets(LoadedConfig.file(file, Map.of("SHOP_PASSWORD", "env"), section)))
                .hasSize(10_000);
        // Of this thread alone: a busy machine makes it no slower.
        assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - start)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void limitsNumberOfTargets() throws IOException {
        StringBuilder yaml = new StringBuilder("pgvigil:\n  targets:\n");
        for (int i = 0; i < 10_001; i++) {
            yaml.append("    t").append(i).append(":\n");
        }

        assertThat(LoadedConfig.file(file(yaml.toString()), Map.of(), section).problems())
                .containsExactly("line 2: pgvigil.targets: holds 10001 targets; at most 10000 are possible");
    }

    private Target only(String yaml) throws IOException {
        List<Target> targets = read(yaml);
        assertThat(targets).hasSize(1);
        return targets.getFirst();
    }

    private List<Target> read(String yaml) throws IOException {
        return targets(LoadedConfig.file(file(yaml), Map.of("SHOP_PASSWORD", "env"), section));
    }

    private static List<Target> targets(LoadedConfig loaded) {
        assertThat(loaded.problems()).isEmpty();
        return loaded.settings().orElseThrow().get(TargetsSection.class).entries();
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("pgvigil.yaml"), yaml);
    }
}
