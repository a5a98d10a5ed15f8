package dev.pgvigil.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.target.Failure.Reason;
import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertificateExpiredException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

    static Stream<Arguments> exceptions() {
        return Stream.of(
                // host names may hold any word
                Arguments.of(new ConnectException("Connection refused: glassline-db/10.0.0.1:5432"), Reason.CONNECT),
                Arguments.of(new UnknownHostException("no-ssl.internal"), Reason.CONNECT),
                Arguments.of(
                        new Exception(new UnknownHostException("timeout.too many open files.ssl")), Reason.CONNECT),
                Arguments.of(new ConnectTimeoutException("connection timed out: ssl-db/10.0.0.1:5432"), Reason.TIMEOUT),
                Arguments.of(new TimeoutException("ssl"), Reason.TIMEOUT),
                Arguments.of(new SSLHandshakeException("PKIX path building failed"), Reason.TLS),
                Arguments.of(new Exception(new CertificateExpiredException("NotAfter: …")), Reason.TLS),
                Arguments.of(new Exception("Postgres Server does not handle SSL connection"), Reason.TLS),
                Arguments.of(new ChannelException(new SocketException("Too many open files")), Reason.LOCAL),
                Arguments.of(new IllegalStateException("ssl"), Reason.CONNECT));
    }

    @ParameterizedTest
    @MethodSource("exceptions")
    void aFailureIsKnownByItsKindAndNotByTheNamesInItsMessage(Throwable thrown, Reason reason) {
        assertThat(Failures.of(thrown).reason()).isEqualTo(reason);
    }
}
