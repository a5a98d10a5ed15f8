package dev.pgvigil.testing;

import dev.pgvigil.check.Catalogues;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** The service with a token and without targets: tests set up its fleet. */
public final class TokenProfile implements QuarkusTestProfile {

    public static final String TOKEN = "test-token-0123456789";
    public static final String LINK_SECRET = "test-link-secret-0123456789-0123456789";

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

    /** One target that is never queried, so that the test alone sets the fleet's state. */
    private static Path quietFile() {
        try {
            Path file = Files.createTempFile("pgvigil", ".yaml");
            file.toFile().deleteOnExit();
            return Files.writeString(file, """
                    pgvigil:
                      targets:
                        quiet: { url: "postgresql://nobody@127.0.0.1:1/none" }
                      checks: { %s }
                      slos: { objectives: { availability: { targets: nothing } } }
                      status-page: { enabled: true, title: Shops, components: { shop: { name: Checkout, targets: shop } } }
                      alerts: { url: "https://pgvigil.example.com", link-secret: %s }
                    """.formatted(
                            Catalogues.all().stream()
                                    .map(check -> check.name() + ": { enabled: false }")
                                    .collect(Collectors.joining(", ")),
                            LINK_SECRET));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request with the token. */
    public static RequestSpecification with() {
        return RestAssured.given().header("Authorization", "Bearer " + TOKEN).urlEncodingEnabled(false);
    }
}
