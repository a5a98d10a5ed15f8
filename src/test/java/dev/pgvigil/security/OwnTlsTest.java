package dev.pgvigil.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.Authority;
import dev.pgvigil.testing.CapturedLog;
import dev.pgvigil.testing.ServersDirectory;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** pgvigil's own port with TLS and client certificates, from files that are replaced. */
@Tag("service")
@QuarkusTest
@TestProfile(OwnTlsTest.Profile.class)
class OwnTlsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Vertx VERTX = Vertx.vertx();

    public static final class Profile implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                Path files = ServersDirectory.directory("tls");
                Authority authority = Authority.create("pgvigil's own");
                authority.valid().write(files);
                Authority.Certificate client = authority.client("prometheus");
                Files.writeString(files.resolve("client.crt"), client.chain());
                Files.writeString(files.resolve("client.key"), client.key());
                authority.valid().write(Files.createDirectory(files.resolve("next")));
                Map<String, String> settings = new HashMap<>(new TokenProfile().getConfigOverrides());
                settings.put(
                        "PGVIGIL_TLS_CERTIFICATE", files.resolve("server.crt").toString());
                settings.put("PGVIGIL_TLS_KEY", files.resolve("server.key").toString());
                settings.put("PGVIGIL_TLS_CLIENT_CA", authority.root().toString());
                settings.put("quarkus.http.test-ssl-port", "0");
                settings.put("pgvigil.tls.look-every", "PT0.5S");
                settings.put("test.tls.files", files.toString());
                return settings;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @TestHTTPResource(value = "/", tls = true)
    @SuppressWarnings("NullAway.Init") // set by Quarkus
    URL secure;

    @ConfigProperty(name = "test.tls.files")
    @SuppressWarnings("NullAway.Init") // set by Quarkus
    Path files;

    @ConfigProperty(name = "PGVIGIL_TLS_CLIENT_CA")
    @SuppressWarnings("NullAway.Init") // set by Quarkus
    String authority;

    /** What an answer shows. */
    private record Seen(
            int status, X509Certificate server, @Nullable String transportSecurity) {}

    @AfterAll
    static void end() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void answersProbesWithoutClientCertificate() {
        Seen seen = get("/health/live", null);

        assertThat(seen.status).isEqualTo(200);
        assertThat(seen.transportSecurity).isEqualTo("max-age=31536000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/login", "/api/v1/fleet", "/", "/health/live/../metrics", "/health/group/a/b"})
    void demandsClientCertificateForEverythingElse(String path) {
        assertThat(get(path, null).status).isEqualTo(403);
    }

    @Test
    void acceptsClientCertificateBesideToken() {
        assertThat(get("/metrics", client()).status).isEqualTo(200);
        assertThat(get("/api/v1/fleet", client()).status).isEqualTo(200);
    }

    /** The client sends no certificate that the server does not ask for. */
    @Test
    void refusesClientCertificateOfAnotherAuthority() throws IOException {
        Authority.Certificate other = Authority.create("another").client("prometheus");
        Path crt = Files.writeString(files.resolve("other.crt"), other.chain());
        Path key = Files.writeString(files.resolve("other.key"), other.key());

        assertThat(get(
                                "/metrics",
                                new PemKeyCertOptions()
                                        .setCertPath(crt.toString())
                                        .setKeyPath(key.toString()))
                        .status)
                .isEqualTo(403);
    }

    @Test
    void servesReplacedCertificateOnceItFitsItsKey() throws IOException {
        X509Certificate first = get("/health/live", null).server;
        copy("server.crt");
        try (CapturedLog log = new CapturedLog("dev.pgvigil.security")) {
            await().atMost(PATIENCE)
                    .until(() -> log.lines().stream().anyMatch(line -> line.contains("does not fit its key")));
        }
        assertThat(get("/health/live", null).server).isEqualTo(first);

        copy("server.key");
        await().atMost(PATIENCE)
                .ignoreExceptions() // a connection that arrives while they are replaced
                .until(() -> !get("/health/live", null).server.equals(first));
    }

    private void copy(String file) throws IOException {
        Files.writeString(
                files.resolve(file), Files.readString(files.resolve("next").resolve(file)));
    }

    @Test
    void doesNotSpeakPlainHttp() {
        assertThatThrownBy(() -> {
                    HttpClient plain = VERTX.createHttpClient();
                    ended(plain.request(HttpMethod.GET, secure.getPort(), "127.0.0.1", "/health/live")
                            .flatMap(request -> request.send()));
                })
                .isInstanceOf(CompletionException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PGVIGIL_TLS_CERTIFICATE", "PGVIGIL_TLS_KEY", "PGVIGIL_TLS_CLIENT_CA"})
    void saysWhatIsMissing(String alone) {
        assertThatThrownBy(() -> new SmallRyeConfigBuilder()
                        .withSources(new EnvConfigSource(Map.of(alone, "README.md"), 300))
                        .withSources(new OwnTls.Settings())
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("TLS needs PGVIGIL_TLS_CERTIFICATE and PGVIGIL_TLS_KEY: set both, or none");
    }

    private PemKeyCertOptions client() {
        return new PemKeyCertOptions()
                .setCertPath(files.resolve("client.crt").toString())
                .setKeyPath(files.resolve("client.key").toString());
    }

    private Seen get(String path, @Nullable PemKeyCertOptions certificate) {
        HttpClientOptions options =
                new HttpClientOptions().setSsl(true).setTrustOptions(new PemTrustOptions().addCertPath(authority));
        if (certificate != null) {
            options.setKeyCertOptions(certificate);
        }
        HttpClient client = VERTX.createHttpClient(options);
        try {
            return ended(client.request(new RequestOptions()
                            .setHost("127.0.0.1")
                            .setPort(secure.getPort())
                            .setURI(path)
                            .putHeader("Authorization", "Bearer " + TokenProfile.TOKEN))
                    .flatMap(request -> request.send())
                    .flatMap(response -> response.body().map((Buffer body) -> seen(response))));
        } finally {
            client.close();
        }
    }

    private static Seen seen(HttpClientResponse response) {
        try {
            return new Seen(
                    response.statusCode(),
                    (X509Certificate)
                            response.request().connection().peerCertificates().getFirst(),
                    response.getHeader("Strict-Transport-Security"));
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T ended(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
