package dev.pgvigil;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bin/pgvigil} as it is unpacked somewhere, before a service that tells what it was started with. */
class StarterTest {

    private static final String JAVA = System.getProperty("java.home");

    @TempDir
    Path somewhere;

    private Path home;

    /** What is packed instead of the service. */
    static final class Told {

        private Told() {}

        public static void main(String[] args) {
            System.out.println("pid " + ProcessHandle.current().pid());
            System.out.println("arguments " + String.join("|", args));
            System.out.println("property " + System.getProperty("told"));
            System.out.println("heap " + (Runtime.getRuntime().maxMemory() >> 20));
        }
    }

    private record Run(int status, long pid, String out, String err) {}

    @BeforeEach
    void unpack() throws IOException {
        home = Files.createDirectories(somewhere.resolve("a home"));
        for (String file : List.of("bin/pgvigil", "bin/find-java")) {
            Path copy = home.resolve(file);
            Files.createDirectories(copy.resolveSibling("."));
            Files.copy(Path.of(file), copy);
            assertThat(copy.toFile().setExecutable(true)).isTrue();
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Told.class.getName());
        String entry = Told.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(app());
        try (OutputStream file = Files.newOutputStream(jar());
                JarOutputStream packed = new JarOutputStream(file, manifest);
                var code = Told.class.getClassLoader().getResourceAsStream(entry)) {
            packed.putNextEntry(new JarEntry(entry));
            packed.write(code.readAllBytes());
        }
    }

    @Test
    void startsInItsOwnProcessWithItsArguments() throws Exception {
        Run run = start(Map.of("JAVA_OPTS", "-Dtold=yes -Xmx64m"), "one", "two words");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("arguments one|two words", "property yes", "pid " + run.pid() + "\n");
        assertThat(run.err()).contains("there is no AOT cache: starting slower");
    }

    @Test
    void takesNoMoreOfABigMachineThanAThousandServersNeedUnlessTold() throws Exception {
        assertThat(heap(start(Map.of()))).isBetween(1, 512);
        assertThat(heap(start(Map.of("JAVA_OPTS", "-Xmx600m")))).isBetween(513, 600);
    }

    @Test
    void givesWayToAnotherCollector() throws Exception {
        assertThat(start(Map.of("JAVA_OPTS", "-XX:+UseG1GC")).status()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "memory.max, 536870912, true",
        "memory.max, 2147483648, false",
        "memory.max, max, false",
        "memory/memory.limit_in_bytes, 536870912, true",
        "memory/memory.limit_in_bytes, 9223372036854771712, false"
    })
    void inASmallContainerTheJvmChoosesTheHeap(String file, String limit, boolean chosen) throws Exception {
        Path groups = somewhere.resolve("cgroup");
        Path starter = home.resolve("bin/pgvigil");
        Files.writeString(starter, Files.readString(starter).replace("/sys/fs/cgroup", groups.toString()));
        Files.createDirectories(groups.resolve("memory"));
        Files.writeString(groups.resolve(file), limit + "\n");
        // A share of this machine that is below 512 MB on any.
        int heap = heap(start(Map.of("JAVA_OPTS", "-XX:MaxRAMPercentage=0.01")));
        assertThat(heap < 300).isEqualTo(chosen);
    }

    private static int heap(Run run) {
        return run.out()
                .lines()
                .filter(line -> line.startsWith("heap "))
                .mapToInt(line -> Integer.parseInt(line.substring(5)))
                .sum();
    }

    @Test
    void startsFromElsewhereThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(somewhere.resolve("first"), Path.of("a home/bin/pgvigil"));
        Path second = Files.createSymbolicLink(somewhere.resolve("second"), link.toAbsolutePath());
        assertThat(start(second, Map.of()).out()).contains("arguments \n");
    }

    @Test
    void usesTheCacheThatItWasTrainedFor() throws Exception {
        assertThat(start(Map.of("PGVIGIL_AOT", "train")).status()).isZero();
        assertThat(app().resolve("pgvigil.aot")).exists();
        Run run = start(Map.of("JAVA_OPTS", "-XX:AOTMode=on")); // which fails where the cache is not used
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).doesNotContain("[aot]").contains("arguments");
        assertThat(start(Map.of("PGVIGIL_AOT", "off", "JAVA_OPTS", "-Xlog:aot")).out())
                .doesNotContain("pgvigil.aot");
    }

    @Test
    void doesWithoutACacheThatIsNotForThisCopy() throws Exception {
        start(Map.of("PGVIGIL_AOT", "train"));
        Files.setLastModifiedTime(jar(), FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
        Run run = start(Map.of());
        assertThat(run.status()).isZero();
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains("the AOT cache was made with another Java or other files");
        assertThat(run.out()).doesNotContain("[aot]");
    }

    @Test
    void doesWithoutACacheThatIsBroken() throws Exception {
        start(Map.of("PGVIGIL_AOT", "train"));
        Files.writeString(app().resolve("pgvigil.aot"), "broken");
        Run run = start(Map.of());
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("arguments");
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        assertThat(start(Map.of("PGVIGIL_AOT", "yes")).err()).contains("PGVIGIL_AOT is yes; allowed: on, off, train");
        Files.delete(jar());
        Run run = start(Map.of());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("quarkus-run.jar: make build makes it");
    }

    @Test
    void saysThatJavaIsMissing() throws Exception {
        Path finder = home.resolve("bin/find-java");
        Files.writeString(finder, "exit 0\n");
        Run run = start(Map.of());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("no Java 25 or newer found: install one");
    }

    @Test
    void anOldJavaIsPassedOver() throws Exception {
        Path old = somewhere.resolve("old");
        Path java = Files.createDirectories(old.resolve("bin")).resolve("java");
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.2\"\n");
        Files.writeString(java, "#!/bin/sh\necho old\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Run run = start(Map.of("JAVA_HOME", old.toString(), "PATH", JAVA + "/bin:" + System.getenv("PATH")));
        assertThat(run.out()).contains("arguments");
    }

    private Path app() {
        return home.resolve("quarkus-app");
    }

    private Path jar() {
        return app().resolve("quarkus-run.jar");
    }

    private Run start(Map<String, String> environment, String... arguments) throws Exception {
        return start(home.resolve("bin/pgvigil"), environment, arguments);
    }

    private Run start(Path starter, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(starter.toString()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(somewhere, "out", "");
        Path err = Files.createTempFile(somewhere, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(somewhere.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.matches("JAVA_.*|_JAVA_.*|JDK_.*|PGVIGIL_.*"));
        builder.environment().put("JAVA_HOME", JAVA);
        builder.environment().putAll(environment);
        Process process = builder.start();
        int status = process.waitFor();
        return new Run(status, process.pid(), read(out), read(err));
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
