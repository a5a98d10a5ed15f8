package dev.pgvigil.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgvigil.http.ProblemException;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActingPersonTest {

    /** A request of that caller. */
    private record Request(String caller) implements SecurityContext {

        @Override
        public @Nullable Principal getUserPrincipal() {
            return caller.isEmpty() ? null : () -> caller;
        }

        @Override
        public boolean isUserInRole(String role) {
            return false;
        }

        @Override
        public boolean isSecure() {
            return false;
        }

        @Override
        public String getAuthenticationScheme() {
            return "";
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', , local",
        "'', ann, ann",
        "local, ann, ann",
        "ann, , ann",
        "ann, ' ', ann",
        "ann, ann, ann",
        "token, , token",
        "token, ann, ann (token)",
        "token:bot, ann, ann (token:bot)",
        "token:bot, token:bot, token:bot",
    })
    void personIsTheCallerOrNamedByAToken(String caller, @Nullable String given, String person) {
        assertThat(ActingPerson.of(new Request(caller), given)).isEqualTo(person);
    }

    @Test
    void userWhoIsSignedInCannotActInAnothersName() {
        assertThatThrownBy(() -> ActingPerson.of(new Request("ann"), "bob"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("signed in as ann");
    }

    @Test
    void controlCharactersAndLongNamesAreRejected() {
        assertThatThrownBy(() -> ActingPerson.of(new Request("local"), "a\nb")).isInstanceOf(ProblemException.class);
        assertThatThrownBy(() -> ActingPerson.of(new Request("local"), "a".repeat(101)))
                .isInstanceOf(ProblemException.class);
    }
}
