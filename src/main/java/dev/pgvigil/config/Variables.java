package dev.pgvigil.config;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Expressions;
import io.smallrye.config.PropertiesConfigSource;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Validates the environment variables of libraries, because libraries answer a bad value with a stack trace or ignore it. A
 * blank variable counts as not set. The source of the configuration is read by {@link ConfigOrigin}, the token by the
 * package {@code security}.
 */
public final class Variables implements ConfigSourceFactory {

    // Above application.properties, which holds the defaults, and below the variables of Quarkus for these settings.
    private static final int ORDINAL = 275;

    private static final int LARGEST_PORT = 65_535;
    private static final Pattern ORIGIN =
            Pattern.compile("https?://(?:\\[[0-9a-fA-F:.]+]|[A-Za-z0-9.-]+)(?::(?<port>[0-9]{1,5}))?");
    private static final Pattern SHARE = Pattern.compile("0?\\.[0-9]+|0|1(?:\\.0*)?");

    // Characters allowed in headers of both HTTP and gRPC.
    private static final Pattern SENDABLE = Pattern.compile("[ -~]*");
    private static final Pattern SPECIAL = Pattern.compile("[\\\\,$]");

    private static final List<Variable> ALL = List.of(
            Variable.choice("PGVIGIL_LOG", "json", "text")
                    .setting("quarkus.log.console.json.enabled")
                    .value(text -> String.valueOf(text.equals("json"))),
            Variable.of("PGVIGIL_HOST", "an address, or a name that has one", Variables::hasAddress),
            tlsFile("PGVIGIL_TLS_CERTIFICATE"),
            tlsFile("PGVIGIL_TLS_KEY"),
            tlsFile("PGVIGIL_TLS_CLIENT_CA"),
            Variable.of(
                            "PGVIGIL_CORS_ORIGINS",
                            "origins such as https://ops.example or http://localhost:3000, separated by commas",
                            text -> parts(text).stream().allMatch(Variables::isOrigin))
                    .shown(Redacted::address),
            Variable.of("OTEL_EXPORTER_OTLP_ENDPOINT", "an address such as http://collector:4318", Variables::isAddress)
                    .shown(Redacted::address)
                    .setting("quarkus.otel.exporter.otlp.endpoint"),
            Variable.choice("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "grpc")
                    .setting("quarkus.otel.exporter.otlp.protocol"),
            Variable.of(
                            "OTEL_EXPORTER_OTLP_HEADERS",
                            "name=value, separated by commas, percent-encoded",
                            Variables::areHeaders)
                    // The value usually contains API keys.
                    .shown(text -> "not usable")
                    .setting("quarkus.otel.exporter.otlp.headers")
                    .value(Variables::headers),
            Variable.choice("OTEL_EXPORTER_OTLP_COMPRESSION", "none", "gzip")
                    .setting("quarkus.otel.exporter.otlp.compression"),
            Variable.milliseconds("OTEL_EXPORTER_OTLP_TIMEOUT", 600_000).setting("quarkus.otel.exporter.otlp.timeout"),
            Variable.of("OTEL_EXPORTER_OTLP_CERTIFICATE", "a readable file of certificates (PEM)", Variables::isFile)
                    .setting("quarkus.otel.exporter.otlp.trust-cert.certs"),
            Variable.milliseconds("OTEL_METRIC_EXPORT_INTERVAL", 86_400_000)
                    .setting("quarkus.otel.metric.export.interval"),
            Variable.choice(
                    "OTEL_TRACES_SAMPLER",
                    "always_on",
                    "always_off",
                    "traceidratio",
                    "parentbased_always_on",
                    "parentbased_always_off",
                    "parentbased_traceidratio"),
            Variable.of(
                            "OTEL_TRACES_SAMPLER_ARG",
                            "a share from 0 to 1",
                            text -> SHARE.matcher(text).matches())
                    .setting("quarkus.otel.traces.sampler.arg"),
            Variable.choice("OTEL_TRACES_EXPORTER", "otlp", "none"),
            Variable.choice("OTEL_METRICS_EXPORTER", "otlp", "none"),
            Variable.choice("OTEL_SDK_DISABLED", "true", "false"),
            Variable.of("OTEL_SERVICE_NAME", "any text", text -> true).setting("quarkus.otel.service.name"),
            Variable.of("OTEL_RESOURCE_ATTRIBUTES", "name=value, separated by commas", Variables::arePairs)
                    .setting("quarkus.otel.resource.attributes"));

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        Map<String, String> settings = new HashMap<>();
        List<String> errors = new ArrayList<>();
        for (Variable variable : ALL) {
            String text = text(context, variable.name());
            if (text == null) {
                continue;
            }
            if (!variable.good().test(text)) {
                errors.add(variable.error(text));
            } else if (variable.setting() != null) {
                settings.put(variable.setting(), variable.value().apply(text));
            }
        }
        if (!errors.isEmpty()) {
            throw new ConfigurationException(String.join("\n", errors));
        }
        return List.of(new PropertiesConfigSource(settings, "environment variables of pgvigil", ORDINAL));
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }

    private static @Nullable String text(ConfigSourceContext context, String name) {
        ConfigValue value = Expressions.withoutExpansion(() -> context.getValue(name));
        String text = value == null ? null : value.getValue();
        return text == null || text.isBlank() ? null : text.strip();
    }

    /** Its name becomes a setting of Quarkus, in which these characters have a meaning. */
    private static Variable tlsFile(String name) {
        return Variable.of(
                name,
                "a readable file (PEM), whose name has no comma, backslash or dollar",
                text -> isFile(text) && !SPECIAL.matcher(text).find());
    }

    private static boolean hasAddress(String text) {
        try {
            return InetAddress.getByName(text) != null;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static boolean isOrigin(String text) {
        var origin = ORIGIN.matcher(text);
        if (!origin.matches()) {
            return false;
        }
        String port = origin.group("port");
        return port == null || Integer.parseInt(port) <= LARGEST_PORT;
    }

    private static boolean isAddress(String text) {
        try {
            URI address = new URI(text);
            return List.of("http", "https").contains(String.valueOf(address.getScheme()))
                    && address.getHost() != null
                    && address.getPort() <= LARGEST_PORT;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean arePairs(String text) {
        return parts(text).stream().allMatch(part -> part.indexOf('=') > 0);
    }

    private static boolean areHeaders(String text) {
        return arePairs(text) && parts(text).stream().map(Variables::header).allMatch(Optional::isPresent);
    }

    private static String headers(String text) {
        return parts(text).stream()
                .map(Variables::header)
                .flatMap(Optional::stream)
                .collect(Collectors.joining(","));
    }

    /** Converts it for Quarkus, which does not decode values and expands expressions in lists; empty if it is malformed. */
    private static Optional<String> header(String pair) {
        int value = pair.indexOf('=') + 1;
        return Optional.ofNullable(PercentCode.decoded(pair.substring(value)))
                .filter(text -> SENDABLE.matcher(text).matches())
                .map(text -> SPECIAL.matcher(pair.substring(0, value) + text).replaceAll("\\\\$0"));
    }

    private static boolean isFile(String text) {
        try {
            Path file = Path.of(text);
            return Files.isRegularFile(file) && Files.isReadable(file);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static List<String> parts(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }
}
