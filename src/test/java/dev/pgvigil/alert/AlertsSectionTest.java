package dev.pgvigil.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Severity;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertsSectionTest {

    private static final String SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    @Test
    void nothingIsSentByDefault() {
        AlertSettings settings = SampleAlerts.settings("{}");

        assertThat(settings.receivers()).isEmpty();
        assertThat(settings.routes()).isEmpty();
        assertThat(settings.groupWait()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.rule("shop", null, SampleAlerts.finding("a", "b", Severity.CRITICAL)))
                .isEqualTo(AlertRule.of(Severity.CRITICAL));
    }

    @Test
    void readsEveryKey() {
        AlertSettings settings = SampleAlerts.settings("""
                url: https://pgvigil.example.com/
                link-secret: 0123456789abcdef0123456789abcdef
                state-file: /var/lib/pgvigil/alerts
                group-wait: 10s
                group-interval: 2m
                repeat-interval: 1h
                give-up-after: 2h
                outbound: { allowed-hosts: ["*.example.com", alertmanager], private-addresses: true, timeout: 5s }
                heartbeat: { url: "https://watch.example.com/ping", interval: 30s }
                rules:
                  - { checks: "bloat/*", alert: false }
                  - { severities: [high, critical], targets: "shop*", tags: { env: prod }, for: 2m, keep-firing: 3m }
                receivers:
                  am: { alertmanager: { url: "http://alertmanager:9093" } }
                  mail: { email: { host: smtp.example.com, from: a@example.com, to: [b@example.com, c@example.com] } }
                  post: { http: { url: "https://x.example.com/y", token: t, headers: { Upstash-Retries: 3 } } }
                  pd: { pagerduty: { routing-key: k } }
                  chat: { slack: { url: "https://hooks.slack.com/services/a/b/c" } }
                  text: { sms: { account: AC1, token: t, from: "+15005550006", to: "+15005550009" } }
                  page: { statuspage: { page: p1, token: t, title: Trouble, components: [c1] } }
                  hook: { webhook: { url: "https://x.example.com/hook", secret: %s } }
                escalations:
                  on-call:
                    tiers: [{ receivers: chat }, { receivers: [pd, text] }]
                    response-times: { critical: 1m, high: 2m, other: 3m }
                routes:
                  - { severities: critical, escalation: on-call, receivers: page, group-by: [target, check], continue: true }
                  - { receivers: [mail], group-by: all }
                maintenance:
                  - { from: "2027-01-01T00:00:00Z", until: "2027-01-01T02:00:00Z", targets: "sh*", reason: upgrade }
                """.formatted(SECRET));

        assertThat(settings.receivers()).hasSize(8);
        assertThat(settings.page()).isEqualTo("https://pgvigil.example.com");
        assertThat(settings.routes()).hasSize(2);
        assertThat(settings.routes().getFirst().last()).isFalse();
        assertThat(settings.routes().getFirst().escalation())
                .isEqualTo(new Route.Escalation(
                        List.of(List.of("chat"), List.of("pd", "text")),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(3)));
        assertThat(settings.routes().getLast().groupBy()).isEmpty();
        assertThat(settings.rule("x", null, SampleAlerts.finding("bloat", "table", Severity.LOW))
                        .alerts())
                .isFalse();
        assertThat(settings.maintenance())
                .singleElement()
                .satisfies(one -> assertThat(one.reason()).isEqualTo("upgrade"));
        assertThat(settings.toString()).doesNotContain(SECRET, "0123456789abcdef0123456789abcdef");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            routes: [{ receivers: nobody }]                               | no receiver is named "nobody"
            routes: [{ severities: critical }]                            | needs receivers, or an escalation
            routes: [{ escalation: none }]                                | no escalation is named "none"
            escalations: { a: { } }                                       | needs tiers, each with receivers
            escalations: { a: { tiers: [{ receivers: [] }] } }            | reaches nobody: needs receivers
            receivers: { a: { } }                                         | needs one of alertmanager, email, http
            receivers: { a: { slack: { url: "https://evil.example/" } } } | the host evil.example is not in alerts.outbound
            receivers: { a: { slack: { url: "ftp://x/" } } }              | must be an address such as https://host/path
            receivers: { a: { webhook: { url: "https://hooks.slack.com/", secret: short } } } | must be whsec_ and 24 to 64
            receivers: { A: { pagerduty: { routing-key: k } } }           | a name has 1 to 63 lower-case letters
            link-secret: short                                            | must have 32 characters or more
            rules: [{ severities: urgent }]                               | must be of low, medium, high, critical
            maintenance: [{ from: "2027-01-01T00:00:00Z" }]               | needs from, a later until, and a reason
            """)
    void refuses(String yaml, String message) {
        assertThat(SampleAlerts.load(yaml).problems())
                .anySatisfy(problem -> assertThat(problem).contains(message));
    }

    @Test
    void secretsAreInNoMessage() {
        assertThat(String.join(
                        "\n",
                        SampleAlerts.load("receivers: { a: { slack: { url: \"hooks.slack.com/services/s3cret\" } } }")
                                .problems()))
                .isNotEmpty()
                .doesNotContain("s3cret");
    }
}
