package dev.pgvigil.health;

import jakarta.ws.rs.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The paths of the probes, taken from their handlers. */
public final class HealthPaths {

    private HealthPaths() {}

    /** All paths except those of configured groups. */
    static Set<String> known() {
        return Stream.concat(
                        ProbeRoutes.PATHS.stream(),
                        Arrays.stream(HealthResource.class.getDeclaredMethods())
                                .flatMap(method -> Stream.ofNullable(method.getAnnotation(Path.class)))
                                .map(path -> "/health/" + path.value()))
                .collect(Collectors.toSet());
    }

    /** Whether a path is one of these. */
    public static boolean has(String path) {
        return known().contains(path);
    }
}
