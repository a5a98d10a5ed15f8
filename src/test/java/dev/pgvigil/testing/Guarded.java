package dev.pgvigil.testing;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The service with a token and without targets: tests make its fleet by hand. */
public final class Guarded implements QuarkusTestProfile {

    public static final String TOKEN = "test-token-0123456789";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "pgvigil.config",
                quietFile().toString(),
                "pgvigil.token",
                TOKEN,
                "pgvigil.host",
                "127.0.0.1",
                "pgvigil.cors-origins",
                "https://ops.example,https://wall.example");
    }

    /** One target that nothing is asked of, so that the fleet is what a test makes it. */
    private static Path quietFile() {
        try {
            Path file = Files.createTempFile("pgvigil", ".yaml");
            file.toFile().deleteOnExit();
            return Files.writeString(file, """
                    pgvigil:
                      targets:
                        quiet: { url: "postgresql://nobody@127.0.0.1:1/none" }
                      checks: { %s }
                    """.formatted(Stream.of(
                            "heartbeat",
                            "databases",
                            "connections",
                            "long-work",
                            "blocking",
                            "capabilities",
                            "overhead")
                    .map(check -> check + ": { enabled: false }")
                    .collect(Collectors.joining(", "))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request that knows the token. */
    public static RequestSpecification with() {
        return RestAssured.given().header("Authorization", "Bearer " + TOKEN).urlEncodingEnabled(false);
    }
}
