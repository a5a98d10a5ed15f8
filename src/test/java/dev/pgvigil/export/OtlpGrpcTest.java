package dev.pgvigil.export;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.http.HttpVersion;
import java.util.Map;

@QuarkusTest
@TestProfile(OtlpGrpcTest.Grpc.class)
class OtlpGrpcTest extends OtlpTest {

    public static class Grpc extends Profile {
        @Override
        Map<String, String> variables() {
            return Map.of(
                    "OTEL_TRACES_SAMPLER_ARG", "1.0",
                    "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc",
                    "OTEL_EXPORTER_OTLP_COMPRESSION", "gzip");
        }
    }

    @Override
    HttpVersion version() {
        return HttpVersion.HTTP_2;
    }
}
