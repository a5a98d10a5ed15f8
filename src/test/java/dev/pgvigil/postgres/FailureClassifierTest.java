package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ongres.scram.common.exception.ScramInvalidServerSignatureException;
import dev.pgvigil.postgres.Failure.Cause;
import dev.pgvigil.postgres.Failure.Reason;
import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertificateExpiredException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FailureClassifierTest {

    static Stream<Arguments> exceptions() {
        return Stream.of(
                // a host name may contain any word
                Arguments.of(new ConnectException("Connection refused: glassline-db/10.0.0.1:5432"), Reason.CONNECT),
                Arguments.of(new UnknownHostException("no-ssl.internal"), Reason.CONNECT),
                Arguments.of(
                        new Exception(new UnknownHostException("timeout.too many open files.ssl")), Reason.CONNECT),
                Arguments.of(new ConnectTimeoutException("connection timed out: ssl-db/10.0.0.1:5432"), Reason.TIMEOUT),
                Arguments.of(new TimeoutException("ssl"), Reason.TIMEOUT),
                Arguments.of(new SSLHandshakeException("PKIX path building failed"), Reason.TLS),
                Arguments.of(new Exception(new CertificateExpiredException("NotAfter: …")), Reason.TLS),
                Arguments.of(new UnsupportedOperationException(), Reason.UNSUPPORTED),
                Arguments.of(
                        new UnsupportedOperationException(new ScramInvalidServerSignatureException("forged")),
                        Reason.AUTH),
                Arguments.of(new VertxException("closed", new NullPointerException()), Reason.LOCAL),
                Arguments.of(new ChannelException(new SocketException("Too many open files")), Reason.LOCAL),
                Arguments.of(new IllegalStateException("ssl"), Reason.CONNECT));
    }

    @ParameterizedTest
    @MethodSource("exceptions")
    void classifiesByTypeNotByMessage(Throwable thrown, Reason reason) {
        assertThat(FailureClassifier.of(thrown).reason()).isEqualTo(reason);
    }

    /** Alerts are identified by their registered names. */
    @ParameterizedTest
    @CsvSource({
        "(protocol_version) Received fatal alert: protocol_version, TLS_INCOMPATIBLE",
        "(handshake_failure) Received fatal alert: handshake_failure, TLS_INCOMPATIBLE",
        "(unknown_ca) Received fatal alert: unknown_ca, CLIENT_CERTIFICATE_REFUSED",
        "(certificate_required) Received fatal alert: certificate_required, CLIENT_CERTIFICATE_REFUSED",
        "unknown_ca, ",
    })
    void classifiesTlsAlertsByName(String message, @Nullable Cause cause) {
        assertThat(FailureClassifier.of(new VertxException("closed", new SSLHandshakeException(message))))
                .extracting(Failure::reason, Failure::cause)
                .containsExactly(Reason.TLS, cause);
    }

    @Test
    void keepsCertificateCauseThroughHandshake() {
        SSLHandshakeException handshake = new SSLHandshakeException("(certificate_unknown) no");
        handshake.initCause(new CertificateRefused(Cause.CERTIFICATE_EXPIRED, "expired"));

        assertThat(FailureClassifier.of(new DecoderException(handshake)))
                .isEqualTo(Failure.of(Reason.TLS, Cause.CERTIFICATE_EXPIRED, "expired"));
    }

    @ParameterizedTest
    @CsvSource({
        "Connection refused: /127.0.1.52:9, Connection refused: 127.0.1.52:9",
        "Connection refused: db1.internal/10.0.0.1:5432, Connection refused: db1.internal (10.0.0.1:5432)",
        "Connection refused: /[0:0:0:0:0:0:0:1]:9, Connection refused: [0:0:0:0:0:0:0:1]:9",
        "Connection refused: odd$1\\/10.0.0.1:5432, Connection refused: odd$1\\ (10.0.0.1:5432)",
        "no route to /etc/hosts, no route to /etc/hosts",
    })
    void showsAddressesInUsualNotation(String message, String shown) {
        assertThat(FailureClassifier.of(new ConnectException(message)).message())
                .isEqualTo(shown);
        assertThat(FailureClassifier.of(new ConnectTimeoutException(message)).message())
                .isEqualTo(shown);
    }

    @Test
    void reportsTimeoutInMilliseconds() {
        Vertx vertx = Vertx.vertx();
        try {
            Future<?> never = Promise.promise().future().timeout(5, TimeUnit.MILLISECONDS);
            await().until(never::isComplete);
            assertThat(FailureClassifier.of(never.cause()).message()).isEqualTo("no answer within 5 ms");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "53300, sorry, CAPACITY",
        "53200, out of memory, CAPACITY",
        "53100, could not extend file, CAPACITY",
        "08P01, unsupported startup parameter: default_transaction_read_only, UNSUPPORTED",
        "08P01, server login has been failing, CONNECT",
        "42704, unrecognized configuration parameter, UNSUPPORTED",
        "57P03, the database system is starting up, CONNECT",
    })
    void classifiesServerErrorsBySqlState(String state, String message, Reason reason) {
        assertThat(FailureClassifier.of(new PgException(message, "FATAL", state, null))
                        .reason())
                .isEqualTo(reason);
    }
}
