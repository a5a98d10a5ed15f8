package dev.pgvigil.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A password that YAML takes apart, as it lacks quotes: no part of it is in any message. */
class UnquotedSecretTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accounts: { a: { password: Inl,5ecr3t } }",
                "accounts: { a: { password: Inl,5ecr3t: 1 } }",
                "accounts: { a: { pasword: Inl,5ecr3t } }",
                "accounts: { a: { password: Inl,size: 5ecr3t } }",
                "accounts: { a: { password: Inl,nested: { size: 5ecr3t } } }",
                "accounts: { a: { password: Inl, 5ecr3t, b, 5ecr3t } }",
                "accounts: { a: { url: postgresql://u:5ecr3t,5ecr3t } }",
                "accounts: { a: { password: Inl},5ecr3t }",
                "accounts: { a: { password: Inl},5ecr3t: 7 }",
                "accounts: { a: { password: Inl}},5ecr3t: 7",
                "accounts: { a: { password: Inl]5ecr3t } }",
                "accounts: { a: { password: [5ecr3t] } }",
                "accounts: { a: { password: {5ecr3t} } }",
                "accounts: { a: { password: *5ecr3t } }",
                "accounts: { a: { password: !5ecr3t } }",
                "accounts: { a: { password: @5ecr3t } }",
                "accounts: { a: { password: %5ecr3t, size: few } }",
                "accounts:\n      a:\n        password: 5ecr3t: 5ecr3t",
            })
    void neverShowsPartOfPassword(String accounts) {
        SectionText<Integer> read = SectionText.read(new Accounts(), "pgvigil:\n  sample:\n    " + accounts + "\n");

        assertThat(read.problems()).isNotEmpty();
        assertThat(read.problems().toString()).doesNotContain("5ecr3t");
    }

    @Test
    void recommendsQuotes() {
        assertThat(problems("accounts: { a: { password: Inl,5ecr3t } }"))
                .containsExactly(
                        "line 3: pgvigil.sample.accounts.a.?: unknown key; allowed are nested, password, size, url;"
                                + " its name is not shown, as it may be a part of a password:"
                                + " a value that holds any of , : # { } [ ] needs quotes");
    }

    @Test
    void showsNamesThatCannotBePartOfPassword() {
        assertThat(problems("accounts: { a: { size: few, password: x }, b: { nested: { size: few }, password: x } }"))
                .hasSize(2)
                .allMatch(problem -> problem.endsWith("not \"few\""));
        assertThat(problems("accounts:\n      a:\n        password: x\n        siz: 7"))
                .containsExactly("line 6: pgvigil.sample.accounts.a.siz: unknown key; did you mean size?"
                        + " allowed are nested, password, size, url");
    }

    private static List<String> problems(String accounts) {
        return SectionText.read(new Accounts(), "pgvigil:\n  sample:\n    " + accounts + "\n")
                .problems();
    }

    /** Maps of a password and a number. */
    private static final class Accounts implements Section<Integer> {

        @Override
        public String key() {
            return "sample";
        }

        @Override
        public Integer read(Node node) {
            node.child("accounts").children().values().forEach(account -> {
                account.doc("Size").integer("size", 1, 0, 9);
                account.child("nested").doc("Size").integer("size", 1, 0, 9);
                account.secret("Password").required("password", "text").text();
                account.secret("Address").string("url");
            });
            return 0;
        }
    }
}
