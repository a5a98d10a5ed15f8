package dev.pgvigil.export;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.http.HttpVersion;
import java.util.Map;

@QuarkusTest
@TestProfile(OtlpHttpTest.Http.class)
class OtlpHttpTest extends OtlpTest {

    public static class Http extends Profile {
        @Override
        Map<String, String> variables() {
            return Map.of("OTEL_TRACES_SAMPLER_ARG", "1.0");
        }
    }

    @Override
    HttpVersion version() {
        return HttpVersion.HTTP_1_1;
    }
}
