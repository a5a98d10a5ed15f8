package dev.pgvigil.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServersDirectoryTest {

    /** A JVM that starts and freezes a server, prints a line, and waits. */
    static final class Orphaning {

        private Orphaning() {}

        public static void main(String[] args) throws InterruptedException {
            PgServer server = PgServer.start(PgServer.majors().getLast());
            server.freeze();
            System.out.println(server.data());
            Thread.sleep(60_000);
        }
    }

    @Test
    void removesServersAndFilesOfKilledJvm() throws Exception {
        Process jvm = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dpostgres.jars=" + System.getProperty("postgres.jars", "target/postgres"),
                        "-Dpostgres.majors=" + System.getProperty("postgres.majors", "14,18"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Orphaning.class.getName()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Path data = lastLine(jvm);
        Processes processes = new Processes(data);
        assertThat(processes.postmaster()).isPresent();

        jvm.destroyForcibly();

        assertThat(jvm.waitFor(10, TimeUnit.SECONDS)).isTrue();
        Waiting.until(
                "its files are gone", () -> !Files.exists(data.resolve("../..").normalize()));
        assertThat(cwds()).noneMatch(cwd -> cwd.toString().startsWith(data.toString()));
    }

    private static Path lastLine(Process jvm) throws IOException {
        try (BufferedReader out = jvm.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("/")) {
                    return Path.of(line);
                }
            }
        }
        throw new AssertionError("no server");
    }

    private static List<Path> cwds() {
        return ProcessHandle.allProcesses()
                .map(process -> Path.of("/proc", Long.toString(process.pid()), "cwd"))
                .flatMap(link -> {
                    try {
                        return Stream.of(Files.readSymbolicLink(link));
                    } catch (IOException e) {
                        return Stream.empty();
                    }
                })
                .toList();
    }
}
