package dev.pgvigil.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Results of a load; times in milliseconds.
 *
 * @param otherStatus answers with a status other than 200
 * @param unanswered requests of an open loop that were still open at the end
 */
record Latencies(double perSecond, double p50, double p99, double p999, double max, long otherStatus, long unanswered) {

    /** Connections of each load. */
    static final int CONNECTIONS = 16;

    /** The CPU on which the load runs, so that it uses only one core. */
    private static final List<String> ONE_CORE = List.of("taskset", "-c", "0");

    /**
     * Requests a path from a separate process.
     *
     * @param rate requests per second; 0: closed loop
     */
    static Latencies of(Service service, String path, double rate, Duration warmUp, Duration time)
            throws IOException, InterruptedException {
        return finished(start(Integer.toString(service.at(path).getPort()), path, rate, warmUp, time), path);
    }

    /** A process that has warmed up on a {@link Bare} handler and waits for the service to query. */
    record Warmed(Process process, String path) {

        static Warmed on(Service bare, String path, double rate, Duration time)
                throws IOException, InterruptedException {
            Process process = start(Load.LATER + bare.at(Bare.PATH).getPort(), path, rate, Duration.ZERO, time);
            // It prints a line when it has warmed up.
            if (process.getInputStream().read() < 0) {
                throw new IOException("the load did not start");
            }
            return new Warmed(process, path);
        }

        /** Starts to query this service. */
        Latencies ask(Service service) throws IOException, InterruptedException {
            try (OutputStream port = process.getOutputStream()) {
                port.write((service.at(path).getPort() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return finished(process, path);
        }
    }

    private static Process start(String port, String path, double rate, Duration warmUp, Duration time)
            throws IOException {
        List<String> command = new ArrayList<>(pinning() ? ONE_CORE : List.of());
        command.addAll(List.of(Service.java(), "-Xmx64m", "-XX:+UseSerialGC", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(
                Load.class.getName(),
                port,
                path,
                Integer.toString(CONNECTIONS),
                Double.toString(rate),
                Long.toString(warmUp.toSeconds()),
                Long.toString(time.toSeconds())));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static Latencies finished(Process process, String path) throws IOException, InterruptedException {
        String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException("the load on " + path + " failed");
        }
        return parse(line);
    }

    static boolean pinning() {
        return Runtime.getRuntime().availableProcessors() > 1 && Files.isExecutable(Path.of("/usr/bin/taskset"));
    }

    String line() {
        return List.<Number>of(perSecond, p50, p99, p999, max, otherStatus, unanswered).stream()
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
    }

    private static Latencies parse(String line) {
        double[] all = Arrays.stream(line.split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
        return new Latencies(all[0], all[1], all[2], all[3], all[4], (long) all[5], (long) all[6]);
    }
}
