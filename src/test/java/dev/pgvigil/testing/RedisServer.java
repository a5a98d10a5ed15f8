package dev.pgvigil.testing;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis server on the loopback address, or a Sentinel. It ends at {@link #close} or with the JVM, whatever its state. Every
 * wait has a deadline, after which it throws an {@link IllegalStateException}.
 */
public final class RedisServer implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";
    private static @Nullable File executable;

    private final Path directory = ServersDirectory.directory("redis");
    private final List<String> settings;
    private final int port;
    private Process process;

    private RedisServer(int port, List<String> settings) {
        this.port = port;
        this.settings = List.copyOf(settings);
        this.process = launch();
        awaitReady();
    }

    /** A new server with these settings, such as {@code --maxmemory 100mb}. It keeps nothing over a restart by default. */
    public static RedisServer start(String... settings) {
        List<String> all = new ArrayList<>(List.of("--save", ""));
        for (String setting : settings) {
            all.addAll(List.of(setting.split(" ", -1)));
        }
        return new RedisServer(FreePort.next(), all);
    }

    /** A new replica of this server. */
    public RedisServer replica() {
        RedisServer replica = start("--replicaof " + LOOPBACK + " " + port, "--repl-diskless-sync-delay 0");
        Waiting.until(
                "the replica is in sync",
                () -> replica.command("INFO", "replication").contains("master_link_status:up"));
        return replica;
    }

    /** A new Sentinel that watches this server as {@code main}, and promotes a replica one second after it has gone. */
    public RedisServer sentinel(int quorum) {
        int port = FreePort.next();
        Path home = ServersDirectory.directory("sentinel");
        Path file = home.resolve("sentinel.conf");
        try {
            Files.writeString(file, """
                    port %d
                    bind 127.0.0.1
                    dir %s
                    sentinel monitor main 127.0.0.1 %d %d
                    sentinel down-after-milliseconds main 1000
                    sentinel failover-timeout main 3000
                    """.formatted(port, home, this.port, quorum));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RedisServer(port, List.of(file.toString(), "--sentinel"));
    }

    /** A cluster of this many masters, which all slots are divided among. */
    public static List<RedisServer> cluster(int masters) {
        List<RedisServer> nodes = new ArrayList<>();
        for (int i = 0; i < masters; i++) {
            nodes.add(start("--cluster-enabled yes", "--cluster-node-timeout 1000", "--cluster-announce-ip 127.0.0.1"));
        }
        int slots = 16_384;
        for (int i = 0; i < masters; i++) {
            List<String> words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
            for (int slot = i * slots / masters; slot < (i + 1) * slots / masters; slot++) {
                words.add(String.valueOf(slot));
            }
            nodes.get(i).command(words.toArray(String[]::new));
            nodes.getFirst().command("CLUSTER", "MEET", LOOPBACK, String.valueOf(nodes.get(i).port));
        }
        nodes.forEach(node -> Waiting.until("the cluster is formed", () -> {
            String info = node.command("CLUSTER", "INFO");
            return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + masters);
        }));
        return nodes;
    }

    public int port() {
        return port;
    }

    public String url() {
        return "redis://" + LOOPBACK + ":" + port;
    }

    /** Sends a command; returns the answer as Redis writes it. */
    public String command(String... words) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) Waiting.LIMIT.toMillis());
            StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                text.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
            return answer(new BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String answer(InputStream in) throws IOException {
        String line = line(in);
        char type = line.charAt(0);
        if (type == '*') {
            StringBuilder all = new StringBuilder();
            for (int i = Integer.parseInt(line.substring(1)); i > 0; i--) {
                all.append(answer(in)).append('\n');
            }
            return all.toString();
        }
        if (type != '$' || line.equals("$-1")) {
            return line.substring(1);
        }
        String text = new String(in.readNBytes(Integer.parseInt(line.substring(1))), StandardCharsets.UTF_8);
        line(in);
        return text;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("closed");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    /** Stops it: the kernel accepts connections, but it never answers. */
    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    /** Kills it at once; what it has not saved is lost. */
    public void kill() {
        process.destroyForcibly();
        await();
    }

    /** Saves its data, which the next restart loads, however old they are then. */
    public void save() {
        command("SAVE");
    }

    /** Deletes what was saved. */
    public void forget() {
        try {
            Files.deleteIfExists(directory.resolve("dump.rdb"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again after {@link #kill}, on the same port. */
    public void restart() {
        process = launch();
        awaitReady();
    }

    @Override
    public void close() {
        signal("CONT");
        kill();
    }

    private void awaitReady() {
        Waiting.until("Redis answers", () -> {
            try {
                String answer = process.isAlive() ? command("PING") : "";
                return answer.equals("PONG") || answer.startsWith("NOAUTH");
            } catch (UncheckedIOException e) {
                return false;
            }
        });
    }

    private Process launch() {
        List<String> command = new ArrayList<>(List.of(executable().toString()));
        command.addAll(settings);
        if (!settings.contains("--sentinel")) {
            command.addAll(List.of("--port", String.valueOf(port), "--bind", LOOPBACK, "--dir", directory.toString()));
        }
        try {
            return new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static synchronized File executable() {
        File known = executable;
        if (known == null) {
            try {
                known = ExecutableProvider.newJarResourceProvider(
                                ServersDirectory.directory("redis-server").toFile())
                        .get();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            executable = known;
        }
        return known;
    }

    private void signal(String name) {
        try {
            Process kill =
                    new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid() + " 2> /dev/null").start();
            if (!kill.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("kill hangs");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void await() {
        try {
            if (!process.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("Redis does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
