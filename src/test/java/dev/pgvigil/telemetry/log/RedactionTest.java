package dev.pgvigil.telemetry.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cannot connect to postgresql://pgvigil:hunter2@db1.internal:5432/shop?sslmode=require",
                "postgres://u:hunter2@a.b@db1/shop and postgres://u2:hunter2@db2/shop",
                "redis://:hunter2@cache:6379",
                "host=db1 user=pgvigil password=hunter2 dbname=shop",
                "host=db1 password='hunter2 with blanks' dbname=shop",
                "host=db1 password = hunter2",
                "PGPASSWORD=hunter2 psql",
                "PGVIGIL_TOKEN=hunter2",
                "{\"password\": \"hunter2\", \"user\": \"x\"}",
                "{\"db_password\":\"hunter2\"}",
                "password: hunter2",
                "pgvigil.targets.shop.password: hunter2",
                "pgvigil.targets.shop.password=hunter2",
                "GET /api/v1/fleet?token=hunter2&region=eu",
                "api-key=hunter2; apikey:hunter2; API_KEY=\"hunter2\"",
                "client_secret=hunter2 secret_access_key=hunter2",
                "Authorization: Bearer hunter2hunter2",
                "authorization=bearer hunter2",
                "Authorization: Basic aHVudGVyMjpodW50ZXIy hunter",
                "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.hunter2",
                "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nhunter2",
            })
    void masksSecrets(String text) {
        assertThat(Redaction.of(text))
                .doesNotContain("hunter2", "aHVudGVy", "blanks")
                .contains(Redaction.MASK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "duplicate key value violates unique constraint \"users_email\": Key (email)=(hunter2) already exists.",
                "Key (a, b)=(1, hunter2) is still referenced from table \"orders\".",
                "Key (email)=(odd) value (hunter2)) already exists.",
                "Failing row contains (1, hunter2, null).",
                "invalid input syntax for type integer: \"hunter2\"",
                "invalid input value for enum mood: \"hunter\"\"2 and hunter2\"",
                "date/time field value out of range: \"hunter2\"",
                "malformed array literal: \"hunter2\"",
                "syntax error at or near \"hunter2\"",
                "unterminated quoted string at or near \"'hunter2\"",
                "value \"hunter2\" is out of range for type integer",
                "select * from users where email = 'hunter2'",
                "select * from users where email='it''s hunter2' and x",
                "insert into users values (1, 'hunter2')",
                "select * from users where name like '%hunter2%'",
                "update users set password = 'hunter2'",
                "where x in ('a', 'hunter2')",
                "alter role x password 'hunter2'",
                "select E'hunter2'",
                "do $$ begin hunter2 end $$",
                "select $x$hunter2$x$",
                "parameters: $1 = 'hunter2'",
                "select 'hunter2",
            })
    void masksValuesFromDatabases(String text) {
        assertThat(Redaction.of(text)).doesNotContain("hunter2").contains(Redaction.MASK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "listening on http://localhost:8080/health/live",
                "relation \"orders\" does not exist",
                "password authentication failed for user \"pgvigil\"",
                "pgvigil.targets.shop.password-file: /run/secrets/shop cannot be read",
                "line 3: pgvigil.targets.shop.password: must be a single value, not a list",
                "pgvigil.targets.shop.password: the file shop.pw is not UTF-8 text",
                "password_file=/run/secrets/shop",
                "set PGVIGIL_TOKEN, or pgvigil listens on loopback only",
                "it can't be, and that isn't all: it's the server's fault",
                "duplicate key value violates unique constraint \"users_email\"",
                "check connections has a defect",
                "db1.internal:5432: TIMEOUT no answer within 1000 ms",
                "SELECT pg_stat_activity took 3.5 ms (12 rows)",
                "jdbc:postgresql://db1.internal:5432/shop?user=pgvigil",
            })
    void keepsOtherText(String text) {
        assertThat(Redaction.of(text)).isEqualTo(text);
    }

    @Test
    void keepsTextNextToSecret() {
        assertThat(Redaction.of("no connection to postgresql://pgvigil:x@db1:5432/shop as password=y, again in 5 s"))
                .isEqualTo("no connection to postgresql://pgvigil:***@db1:5432/shop as password=***, again in 5 s");
    }

    @ParameterizedTest
    @CsvSource({
        "'database \u001b[31mred', 'database \uFFFD[31mred'",
        "'one\r\nINFO forged', 'one\uFFFD\n\tINFO forged'",
        "'nul\u0000', 'nul\uFFFD'",
    })
    void replacesControlCharacters(String text, String shown) {
        assertThat(Redaction.of(text)).isEqualTo(shown);
    }

    @Test
    void cutsLongTexts() {
        assertThat(Redaction.of("x".repeat(100_000)))
                .hasSizeLessThan(Redaction.LONGEST + 20)
                .endsWith("(cut)");
    }

    @Test
    void redactsHostileTextsInBoundedTime() {
        for (String part : List.of(
                "password=",
                "://a:b",
                "Key (",
                "Key (a)=(",
                "'",
                "='",
                "$a$",
                "eyJ",
                "Bearer ",
                "\"",
                "-----BEGIN PRIVATE KEY-----",
                "invalid ",
                "token-")) {
            assertTimeout(Duration.ofSeconds(1), () -> Redaction.of(part.repeat(10_000)), part);
        }
    }

    @Property(tries = 500)
    void redactionIsIdempotent(@ForAll String text) {
        String once = Redaction.of(text);

        assertThat(Redaction.of(once)).isEqualTo(once);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "value \"\"",
                "invalid input: \"\"",
                "='' ",
                "='",
                "$$",
                "password='",
                "Key (a)=(",
                "://a:",
                "\"",
                "'"
            })
    void redactsLongTextsWithinSmallStack(String repeated) throws InterruptedException {
        List<Throwable> failures = new ArrayList<>();
        Runnable work = () -> {
            Redaction.of(repeated.repeat((1 << 20) / repeated.length()));
            Redaction.of("value " + repeated.repeat(Redaction.LONGEST / repeated.length()));
            Redaction.of("=" + "''".repeat(4_000) + "; value \"" + "\"\"".repeat(4_000));
        };
        Thread thread = new Thread(null, work, "small-stack", 256 << 10);
        thread.setUncaughtExceptionHandler((broken, failure) -> failures.add(failure));
        thread.start();
        thread.join();
        assertThat(failures).isEmpty();
    }
}
