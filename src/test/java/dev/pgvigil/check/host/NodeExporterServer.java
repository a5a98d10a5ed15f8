package dev.pgvigil.check.host;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server that answers as a node_exporter, or as something else does. */
final class NodeExporterServer implements AutoCloseable {

    /** Writes an answer. */
    interface Answer {
        void write(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile Answer answer = exchange -> exchange.sendResponseHeaders(404, -1);

    NodeExporterServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            try (exchange) {
                answer.write(exchange);
            }
        });
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/metrics");
    }

    int requests() {
        return requests.get();
    }

    void answers(Answer with) {
        answer = with;
    }

    void serves(String text) {
        answers(exchange -> {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
    }

    /**
     * What a node_exporter 1.8 sends, shortened to what matters and what is like it.
     *
     * @param seconds since the host has started; the two processors are 25 % busy
     * @param mount of the disk with the data directory, of 100 GB
     * @param used its share in use
     */
    static String text(double seconds, String mount, double used) {
        return """
                # HELP go_goroutines Number of goroutines that currently exist.
                # TYPE go_goroutines gauge
                go_goroutines 8
                # HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.
                # TYPE node_cpu_seconds_total counter
                node_cpu_seconds_total{cpu="0",mode="idle"} %1$.2f
                node_cpu_seconds_total{cpu="0",mode="iowait"} %2$.2f
                node_cpu_seconds_total{cpu="0",mode="user"} %2$.2f
                node_cpu_seconds_total{cpu="1",mode="idle"} %1$.2f
                node_cpu_seconds_total{cpu="1",mode="iowait"} 0
                node_cpu_seconds_total{cpu="1",mode="user"} %2$.2f
                node_cpu_guest_seconds_total{cpu="0",mode="user"} 0
                node_disk_io_time_seconds_total{device="nvme0n1"} %3$.2f
                node_disk_io_time_seconds_total{device="nvme1n1"} 1.5e-02
                node_filesystem_avail_bytes{device="/dev/nvme0n1p2",fstype="ext4",mountpoint="/"} 4e+10
                node_filesystem_avail_bytes{device="/dev/nvme1n1",fstype="xfs",mountpoint="%4$s"} %5$.0f
                node_filesystem_avail_bytes{device="tmpfs",fstype="tmpfs",mountpoint="/run"} 0
                node_filesystem_files{device="/dev/nvme1n1",fstype="xfs",mountpoint="%4$s"} 1e+07
                node_filesystem_files_free{device="/dev/nvme1n1",fstype="xfs",mountpoint="%4$s"} 9e+06
                node_filesystem_readonly{device="/dev/nvme1n1",fstype="xfs",mountpoint="%4$s"} 0
                node_filesystem_size_bytes{device="/dev/nvme0n1p2",fstype="ext4",mountpoint="/"} 1e+11
                node_filesystem_size_bytes{device="/dev/nvme1n1",fstype="xfs",mountpoint="%4$s"} 1e+11
                node_filesystem_size_bytes{device="tmpfs",fstype="tmpfs",mountpoint="/run"} 8e+08
                node_load1 0.42
                node_memory_MemAvailable_bytes 1.2e+10
                node_memory_MemTotal_bytes 1.6e+10
                node_memory_SwapFree_bytes 0
                node_memory_SwapTotal_bytes 0
                node_network_receive_bytes_total{device="eth0"} %6$.0f
                node_network_receive_bytes_total{device="lo"} 123456789
                node_network_transmit_bytes_total{device="eth0"} 0
                node_scrape_collector_success{collector="cpu"} 1
                node_uname_info{domainname="(none)",machine="x86_64",nodename="db\\"1\\\\",release="6.1"} 1
                node_vmstat_oom_kill 3
                """.formatted(seconds * 0.5, seconds * 0.25, seconds * 0.1, mount, 1e11 * (1 - used), seconds * 1000);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
