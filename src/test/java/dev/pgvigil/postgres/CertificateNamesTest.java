package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expects the result of libpq's {@code pq_verify_peer_name_matches_certificate}. */
class CertificateNamesTest {

    @ParameterizedTest(name = "{2} with DNS {0}, CN {1}: {3}")
    @CsvSource({
        "db1.example.org,            cn, db1.example.org, true",
        "DB1.example.ORG,            cn, db1.example.org, true",
        "*.example.org,              cn, db1.example.org, true",
        "*.example.org,              cn, a.b.example.org, false",
        "*.example.org,              cn, example.org,     false",
        "*.example.org,              cn, .example.org,    false",
        "*,                          cn, db1,             false",
        "*.,                         cn, db1.,            false",
        "d*.example.org,             cn, db1.example.org, false",
        "other db_1,                 cn, db_1,            true",
        "127.0.0.1,                  cn, 127.0.0.1,       true",
        "IP=127.0.0.1,               cn, 127.0.0.1,       true",
        "IP=0:0:0:0:0:0:0:1,         cn, ::1,             true",
        "IP=127.0.0.2,        127.0.0.1, 127.0.0.1,       false",
        ",                    127.0.0.1, 127.0.0.1,       true",
        "db1,                 127.0.0.1, 127.0.0.1,       true",
        "db1,                       db2, db2,             false",
        "IP=127.0.0.1,              db2, db2,             true",
        ",                *.example.org, db1.example.org, true",
        ",                             , db1,             false",
    })
    void matchesNamesAsLibpq(@Nullable String names, @Nullable String commonName, String host, boolean included) {
        List<String> all = names == null ? List.of() : Arrays.asList(names.split(" "));

        assertThat(new CertificateNames(
                                all.stream()
                                        .filter(name -> !name.startsWith("IP="))
                                        .toList(),
                                all.stream()
                                        .filter(name -> name.startsWith("IP="))
                                        .map(name -> name.substring(3))
                                        .toList(),
                                commonName)
                        .include(host))
                .isEqualTo(included);
    }

    @ParameterizedTest
    @CsvSource({"3, 'n1, n2, n3'", "7, 'n1, n2, n3, n4, n5 and 2 others'", "0, cn"})
    void limitsListedNames(int count, String text) {
        List<String> names =
                Stream.iterate(1, i -> i + 1).limit(count).map(i -> "n" + i).toList();

        assertThat(new CertificateNames(names, List.of(), "cn")).hasToString(text);
    }
}
