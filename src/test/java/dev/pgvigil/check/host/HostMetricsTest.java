package dev.pgvigil.check.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgvigil.check.host.HostMetrics.Malformed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class HostMetricsTest {

    private static final String TEXT = NodeExporterServer.text(1000, "/var/lib/pg \\\"ü\\\"", 0.5);

    @Property(tries = 50)
    void readsTheSameHoweverTheTextIsDivided(@ForAll @IntRange(min = 1, max = 700) int part) {
        HostMetrics metrics = read(TEXT, part);

        assertThat(metrics.sum("node_cpu_seconds_total")).isEqualTo(1750);
        assertThat(metrics.of("node_filesystem_size_bytes")).hasSize(3).anySatisfy(sample -> {
            assertThat(sample.label("mountpoint")).isEqualTo("/var/lib/pg \"ü\"");
            assertThat(sample.value()).isEqualTo(1e11);
        });
        assertThat(metrics.of("node_disk_io_time_seconds_total").getLast().value())
                .isEqualTo(0.015);
    }

    @Example
    void acceptsSpecialValuesTimestampsAndNoLastNewline() {
        HostMetrics metrics =
                read("node_load1 NaN 1700000000000\nnode_vmstat_oom_kill +Inf\nnode_boot_time_seconds{} -Inf", 9);

        assertThat(metrics.of("node_load1").getFirst().value()).isNaN();
        assertThat(metrics.sum("node_vmstat_oom_kill")).isInfinite();
        assertThat(metrics.sum("node_boot_time_seconds")).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(metrics.sum("node_memory_MemTotal_bytes")).isNaN();
    }

    @Example
    void rejectsWhatIsMalformedTooLongOrSomethingElse() {
        for (String text : new String[] {
            "node_load1",
            "node_load1 one",
            "node_load1{ 1",
            "node_load1{a=\"b} 1",
            "node_load1{a=b} 1",
            "node_load1{a=\"b\\",
            "node_load1{a=\"b\"}1",
            "<html>no metrics</html>",
            "",
            "node_load1 1\n" + "x".repeat(20_000),
        }) {
            assertThatThrownBy(() -> read(text, 4096)).as(text).isInstanceOf(Malformed.class);
        }
        assertThatThrownBy(() -> read("node_load1 1\n".repeat(HostMetrics.MOST_SAMPLES + 1), 65_536))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining("20000");
    }

    private static HostMetrics read(String text, int part) {
        HostMetrics metrics = new HostMetrics();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += part) {
            metrics.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + part)));
        }
        metrics.end();
        return metrics;
    }
}
