package dev.pgvigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each variable of the environment: what it does, and what is said of a bad one. */
class VariablesTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PGVIGIL_LOG                   | json                       | quarkus.log.console.json.enabled",
                "OTEL_EXPORTER_OTLP_ENDPOINT   | https://collector:4317     | quarkus.otel.exporter.otlp.endpoint",
                "OTEL_EXPORTER_OTLP_PROTOCOL   | grpc                       | quarkus.otel.exporter.otlp.protocol",
                "OTEL_EXPORTER_OTLP_HEADERS    | api-key=a=b,other=         | quarkus.otel.exporter.otlp.headers",
                "OTEL_EXPORTER_OTLP_COMPRESSION| gzip                       | quarkus.otel.exporter.otlp.compression",
                "OTEL_EXPORTER_OTLP_TIMEOUT    | 600000                     | quarkus.otel.exporter.otlp.timeout",
                "OTEL_EXPORTER_OTLP_CERTIFICATE| README.md                  | quarkus.otel.exporter.otlp.trust-cert.certs",
                "OTEL_METRIC_EXPORT_INTERVAL   | 1                          | quarkus.otel.metric.export.interval",
                "OTEL_TRACES_SAMPLER_ARG       | 0.25                       | quarkus.otel.traces.sampler.arg",
                "OTEL_TRACES_SAMPLER_ARG       | 1                          | quarkus.otel.traces.sampler.arg",
                "OTEL_SERVICE_NAME             | shop watch                 | quarkus.otel.service.name",
                "OTEL_RESOURCE_ATTRIBUTES      | team=dba,                  | quarkus.otel.resource.attributes",
            })
    void setsLibrarySetting(String variable, String value, String setting) {
        String expected = Map.of(
                        "PGVIGIL_LOG", "true",
                        "OTEL_EXPORTER_OTLP_TIMEOUT", value + "ms",
                        "OTEL_METRIC_EXPORT_INTERVAL", value + "ms")
                .getOrDefault(variable, value);

        assertThat(setting(Map.of(variable, value), setting)).isEqualTo(expected);
        assertThat(setting(Map.of(variable, " "), setting)).as("blank").isEqualTo("default");
        String own = setting.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
        assertThat(setting(Map.of(variable, value, own, "own"), setting))
                .as("what Quarkus calls it")
                .isEqualTo("own");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PGVIGIL_LOG|text",
                "PGVIGIL_HOST|127.0.0.2",
                "PGVIGIL_HOST|localhost",
                "PGVIGIL_HOST|::",
                "PGVIGIL_CORS_ORIGINS|https://a.example",
                "PGVIGIL_CORS_ORIGINS|https://a.example:8443, http://[::1]:3000,",
                "OTEL_TRACES_SAMPLER|always_on",
                "OTEL_TRACES_SAMPLER_ARG|.5",
                "OTEL_TRACES_EXPORTER|none",
                "OTEL_METRICS_EXPORTER|otlp",
                "OTEL_SDK_DISABLED|true",
            })
    void acceptsValidValue(String variable, String value) {
        assertThatCode(() -> config(Map.of(variable, value))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PGVIGIL_LOG|xml|\"xml\"; allowed: json, text",
                "PGVIGIL_LOG|JSON|\"JSON\"; allowed: json, text",
                "PGVIGIL_HOST|no-such-host.invalid|\"no-such-host.invalid\"; allowed: an address, or a name that has one",
                "PGVIGIL_CORS_ORIGINS|bad|\"bad\"; allowed: origins such as https://ops.example or"
                        + " http://localhost:3000, separated by commas",
                "PGVIGIL_CORS_ORIGINS|https://a.example,*|\"https://a.example,*\"; allowed: origins such",
                "PGVIGIL_CORS_ORIGINS|https://a.example/|\"https://a.example/\"; allowed: origins such",
                "PGVIGIL_CORS_ORIGINS|https://a.example:99999|\"https://a.example:99999\"; allowed: origins such",
                "OTEL_EXPORTER_OTLP_ENDPOINT|foo|\"foo\"; allowed: an address such as http://collector:4318",
                "OTEL_EXPORTER_OTLP_ENDPOINT|collector:4318|\"collector:4318\"; allowed: an address",
                "OTEL_EXPORTER_OTLP_ENDPOINT|http://|\"http://\"; allowed: an address",
                "OTEL_EXPORTER_OTLP_ENDPOINT|http://a:70000|\"http://a:70000\"; allowed: an address",
                "OTEL_EXPORTER_OTLP_ENDPOINT|ftp://me:hunter2@a|\"***\"; allowed: an address",
                "OTEL_EXPORTER_OTLP_PROTOCOL|foo|\"foo\"; allowed: http/protobuf, grpc",
                "OTEL_EXPORTER_OTLP_HEADERS|hunter2|not usable; allowed: name=value, separated by commas",
                "OTEL_EXPORTER_OTLP_HEADERS|key=a,k=hunter2%2|not usable; allowed: name=value, separated by commas,"
                        + " percent-encoded",
                "OTEL_EXPORTER_OTLP_HEADERS|key=hunter2%zz|not usable; allowed: name=value",
                "OTEL_EXPORTER_OTLP_HEADERS|key=hunter2%FF|not usable; allowed: name=value",
                "OTEL_EXPORTER_OTLP_HEADERS|key=hunter2%00|not usable; allowed: name=value",
                "OTEL_EXPORTER_OTLP_HEADERS|key=hunter2%0D%0Aother:%20x|not usable; allowed: name=value",
                "OTEL_EXPORTER_OTLP_HEADERS|key=hunter2%C3%A4|not usable; allowed: name=value",
                "OTEL_EXPORTER_OTLP_COMPRESSION|zip|\"zip\"; allowed: none, gzip",
                "OTEL_EXPORTER_OTLP_TIMEOUT|10s|\"10s\"; allowed: a whole number of milliseconds from 1 to 600000",
                "OTEL_EXPORTER_OTLP_TIMEOUT|0|\"0\"; allowed: a whole number",
                "OTEL_EXPORTER_OTLP_TIMEOUT|600001|\"600001\"; allowed: a whole number",
                "OTEL_EXPORTER_OTLP_CERTIFICATE|/no/such.pem|\"/no/such.pem\"; allowed: a readable file of certificates (PEM)",
                "OTEL_METRIC_EXPORT_INTERVAL|1m|\"1m\"; allowed: a whole number of milliseconds from 1 to 86400000",
                "OTEL_TRACES_SAMPLER|some|\"some\"; allowed: always_on, always_off, traceidratio,"
                        + " parentbased_always_on, parentbased_always_off, parentbased_traceidratio",
                "OTEL_TRACES_SAMPLER_ARG|foo|\"foo\"; allowed: a share from 0 to 1",
                "OTEL_TRACES_SAMPLER_ARG|1.5|\"1.5\"; allowed: a share from 0 to 1",
                "OTEL_TRACES_EXPORTER|zipkin|\"zipkin\"; allowed: otlp, none",
                "OTEL_METRICS_EXPORTER|prometheus|\"prometheus\"; allowed: otlp, none",
                "OTEL_SDK_DISABLED|yes|\"yes\"; allowed: true, false",
                "OTEL_RESOURCE_ATTRIBUTES|team|\"team\"; allowed: name=value, separated by commas",
            })
    void reportsInvalidValueWithAllowedOnes(String variable, String value, String message) {
        assertThatThrownBy(() -> config(Map.of(variable, value)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(variable + " is " + message)
                .hasMessageNotContaining("hunter2");
    }

    /** As the library reads it: a list, which knows escapes, of texts, which may hold expressions. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Authorization=Basic%20cGd2aWdpbA==, other=|Authorization=Basic cGd2aWdpbA==;other=",
                "key=a+b%2Bc                             |key=a+b+c",
                "key=a%2Cb,other=%2c                     |key=a,b;other=,",
                "key=a\\b%5Cc%5C%2C                     |key=a\\b\\c\\,",
                "key=${HOME}$$%24%7BHOME%7D              |key=${HOME}$$${HOME}",
                "key=a%3Db%25%32%30                      |key=a=b%20",
            })
    void decodesHeaderValues(String value, String headers) {
        SmallRyeConfig config = config(Map.of("OTEL_EXPORTER_OTLP_HEADERS", value));

        assertThat(config.getValues("quarkus.otel.exporter.otlp.headers", String.class))
                .containsExactly(headers.split(";"));
    }

    @Test
    void reportsAllErrorsOnePerLine() {
        assertThatThrownBy(() ->
                        config(Map.of("PGVIGIL_LOG", "xml", "OTEL_SDK_DISABLED", "1", "OTEL_SERVICE_NAME", "shop")))
                .hasMessage("PGVIGIL_LOG is \"xml\"; allowed: json, text\n"
                        + "OTEL_SDK_DISABLED is \"1\"; allowed: true, false");
    }

    @Test
    void rejectsFolderInPlaceOfFile() throws IOException {
        Path file = Files.writeString(folder.resolve("ca.pem"), "");

        assertThat(setting(
                        Map.of("OTEL_EXPORTER_OTLP_CERTIFICATE", file.toString()),
                        "quarkus.otel.exporter.otlp.trust-cert.certs"))
                .isEqualTo(file.toString());
        assertThatThrownBy(() -> config(Map.of("OTEL_EXPORTER_OTLP_CERTIFICATE", folder.toString())))
                .hasMessageContaining("allowed: a readable file");
    }

    /** What it says over a default. */
    private static String setting(Map<String, String> environment, String name) {
        SmallRyeConfig config = builder(environment)
                .withSources(new PropertiesConfigSource(Map.of(name, "default"), "defaults", 250))
                .build();
        return String.valueOf(config.getConfigValue(name).getValue());
    }

    private static SmallRyeConfig config(Map<String, String> environment) {
        return builder(environment).build();
    }

    private static SmallRyeConfigBuilder builder(Map<String, String> environment) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new Variables())
                .withSources(new EnvConfigSource(environment, 300));
    }
}
