package dev.pgvigil.diagnose;

import dev.pgvigil.postgres.ConnectTrace;
import dev.pgvigil.postgres.ConnectTrace.Result;
import dev.pgvigil.target.Target;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The connectivity of one target, step by step. */
@Schema(name = "Diagnostics")
public record DiagnosticsView(
        String databaseName,

        @Schema(description = "ok if a session could be opened and answered a query")
        StepResult result,

        @Nullable @Schema(description = "first failed step; null: none failed")
        StepName failedStep,

        @Schema(description = "time when the diagnosis began")
        Instant timestamp,

        @Schema(description = "duration of the diagnosis in milliseconds")
        double tookMs,

        @Schema(description = "host:port") String server,

        String database,
        String user,
        String sslmode,

        @Schema(description = "all steps in their order") List<Step> steps,

        @Schema(description = "addresses of the host that were tried, at most 8")
        List<Address> addresses,

        @Nullable @Schema(description = "negotiated version of TLS; null: no handshake succeeded")
        String tlsVersion,

        @Nullable String tlsCipher,

        @Schema(description = "certificates that the server sent, its own first")
        List<Certificate> certificates) {

    /** The steps of a diagnosis. */
    @Schema(name = "DiagnosticStepName")
    public enum StepName {
        CONFIGURATION,
        DNS,
        TCP,
        TLS,
        AUTHENTICATION,
        QUERY
    }

    /** What came of a step. */
    @Schema(name = "DiagnosticResult")
    public enum StepResult {
        OK,
        FAILED,
        SKIPPED
    }

    /** One step. */
    @Schema(name = "DiagnosticStep")
    public record Step(
            StepName step,
            StepResult result,

            @Nullable @Schema(description = "duration in milliseconds; null: skipped")
            Double tookMs,

            @Schema(description = "what was found, or the error")
            String message,

            @Nullable @Schema(description = "SQLSTATE, if the server sent one")
            String sqlState,

            @Nullable @Schema(description = "likely cause; null: nothing to do")
            String cause,

            @Nullable @Schema(description = "what to do") String action,

            @Nullable @Schema(description = "statement that does or shows it")
            String sql) {

        static Step of(StepName step, StepResult result, @Nullable Duration took, String message) {
            return new Step(step, result, took == null ? null : milliseconds(took), message, null, null, null, null);
        }
    }

    /** An address of the host. */
    @Schema(name = "DiagnosedAddress")
    public record Address(
            String address,
            StepResult result,
            double tookMs,

            @Nullable @Schema(description = "null: a TCP connection was opened")
            String error) {}

    /** A certificate of the server's chain. */
    @Schema(name = "ServerCertificate")
    public record Certificate(
            String subject,
            String issuer,
            Instant validFrom,
            Instant expiresAt,

            @Schema(description = "days until it expires, rounded down; negative: it has expired")
            long daysLeft) {

        static Certificate of(X509Certificate certificate, Instant now) {
            Instant end = certificate.getNotAfter().toInstant();
            return new Certificate(
                    certificate.getSubjectX500Principal().getName(),
                    certificate.getIssuerX500Principal().getName(),
                    certificate.getNotBefore().toInstant(),
                    end,
                    Math.floorDiv(
                            Duration.between(now, end).toSeconds(),
                            Duration.ofDays(1).toSeconds()));
        }
    }

    public DiagnosticsView {
        steps = List.copyOf(steps);
        addresses = List.copyOf(addresses);
        certificates = List.copyOf(certificates);
    }

    static DiagnosticsView of(
            Target target, Step configuration, ConnectTrace trace, Instant begun, Duration took, Instant now) {
        List<Certificate> certificates = trace.certificates().stream()
                .map(certificate -> Certificate.of(certificate, now))
                .toList();
        StepDiagnosis advice = new StepDiagnosis(target, certificates);
        List<Step> steps = new ArrayList<>(List.of(configuration));
        trace.steps().forEach(step -> steps.add(advice.step(step)));
        boolean answered = trace.steps().getLast().result() instanceof Result.Done;
        return new DiagnosticsView(
                target.name(),
                answered ? StepResult.OK : StepResult.FAILED,
                steps.stream()
                        .filter(step -> step.result() == StepResult.FAILED)
                        .map(Step::step)
                        .findFirst()
                        .orElse(null),
                begun,
                milliseconds(took),
                target.server().id(),
                target.database(),
                target.server().user(),
                target.server().tls().mode().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                steps,
                trace.addresses().stream()
                        .map(address -> new Address(
                                address.address(),
                                address.failure() == null ? StepResult.OK : StepResult.FAILED,
                                milliseconds(address.took()),
                                address.failure() == null
                                        ? null
                                        : address.failure().message()))
                        .toList(),
                trace.encryption() == null ? null : trace.encryption().protocol(),
                trace.encryption() == null ? null : trace.encryption().cipher(),
                certificates);
    }

    static double milliseconds(Duration duration) {
        return Math.round(duration.toNanos() / 1_000.0) / 1_000.0;
    }
}
