package dev.pgvigil.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {

    @Test
    void listensOnLoopbackWithoutToken() {
        assertThat(host(Map.of())).isEqualTo("127.0.0.1");
        assertThat(host(Map.of("PGVIGIL_TOKEN", ""))).isEqualTo("127.0.0.1");
    }

    @Test
    void listensOnAllAddressesWithToken() {
        assertThat(host(Map.of("PGVIGIL_TOKEN", "a-token-of-enough-length"))).isEqualTo("0.0.0.0");
        assertThat(host(Map.of("PGVIGIL_TOKEN_FILE", "/run/secrets/token"))).isEqualTo("0.0.0.0");
        assertThat(host(Map.of("PGVIGIL_TOKEN", "a-token-${WITH}-what-expands")))
                .isEqualTo("0.0.0.0");
    }

    @Test
    void configuredAddressTakesPrecedence() {
        assertThat(host(Map.of("PGVIGIL_HOST", "10.0.0.7", "PGVIGIL_TOKEN", "x")))
                .isEqualTo("10.0.0.7");
        assertThat(host(Map.of("QUARKUS_HTTP_HOST", "10.0.0.8", "PGVIGIL_HOST", "10.0.0.7")))
                .isEqualTo("10.0.0.8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.3.2.1", "localhost", "::1"})
    void loopbackRequiresNoToken(String host) {
        assertThatCode(() -> ListenAddress.requireLoopback(host)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.7", "no-such-host.invalid"})
    void otherAddressesRequireToken(String host) {
        assertThatThrownBy(() -> ListenAddress.requireLoopback(host))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("listening on " + host + " needs a token: set PGVIGIL_TOKEN");
    }

    private static String host(Map<String, String> environment) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new ListenAddress())
                .withSources(new EnvConfigSource(environment, 300))
                .build();
        return config.getValue("quarkus.http.host", String.class);
    }
}
