package dev.pgvigil.kubernetes;

import static dev.pgvigil.kubernetes.Manifests.orEmpty;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the containers of a pod find in their file systems, against what they are told to read there. */
final class Mounts {

    private static final Pattern NAMED_IN_YAML =
            Pattern.compile("(?:password-file: |sslrootcert=|sslcert=|sslkey=)([^\\s&]+)");

    private static final Pattern CONFIGURED = Pattern.compile("--?config(?:\\.file)?=(/.+)");

    private final Pod pod;
    private final Set<String> claims = new TreeSet<>();
    private final Map<String, Map<String, String>> configMaps = new TreeMap<>();
    private final Map<String, Map<String, String>> secrets = new TreeMap<>();

    Mounts(Pod pod, List<HasMetadata> objects) {
        this.pod = pod;
        objects.forEach(object -> {
            String name = object.getMetadata().getName();
            if (object instanceof ConfigMap map) {
                configMaps.put(name, orEmpty(map.getData()));
            } else if (object instanceof Secret secret) {
                Map<String, String> keys = new TreeMap<>(orEmpty(secret.getData()));
                keys.putAll(orEmpty(secret.getStringData()));
                secrets.put(name, keys);
            } else if (object instanceof PersistentVolumeClaim) {
                claims.add(name);
            }
        });
    }

    List<String> problems() {
        Set<String> mounted = pod.containers()
                .flatMap(container -> orEmpty(container.getVolumeMounts()).stream())
                .map(VolumeMount::getName)
                .collect(Collectors.toSet());
        Set<String> volumes =
                orEmpty(pod.spec().getVolumes()).stream().map(Volume::getName).collect(Collectors.toSet());
        return Stream.of(
                        mounted.stream()
                                .filter(name -> !volumes.contains(name))
                                .map(name -> "mounts no volume: " + name),
                        volumes.stream().filter(name -> !mounted.contains(name)).map(name -> "mounts not: " + name),
                        orEmpty(pod.spec().getVolumes()).stream().flatMap(this::nowhere),
                        pod.containers().flatMap(this::unread))
                .flatMap(problems -> problems)
                .toList();
    }

    private Stream<String> nowhere(Volume volume) {
        boolean claimed = volume.getPersistentVolumeClaim() != null
                && claims.contains(volume.getPersistentVolumeClaim().getClaimName());
        return claimed || volume.getHostPath() != null || volume.getEmptyDir() != null || content(volume) != null
                ? Stream.of()
                : Stream.of("has a volume of nothing: " + volume.getName());
    }

    private @Nullable Map<String, String> content(Volume volume) {
        if (volume.getConfigMap() != null) {
            return chosen(
                    configMaps.get(volume.getConfigMap().getName()),
                    volume.getConfigMap().getItems());
        }
        if (volume.getProjected() != null) {
            return projected(volume);
        }
        return volume.getSecret() == null
                ? null
                : chosen(
                        secrets.get(volume.getSecret().getSecretName()),
                        volume.getSecret().getItems());
    }

    /** Null if one of the sources is not there. */
    private @Nullable Map<String, String> projected(Volume volume) {
        Map<String, String> all = new TreeMap<>();
        for (VolumeProjection source : orEmpty(volume.getProjected().getSources())) {
            Map<String, String> part = source.getConfigMap() != null
                    ? chosen(
                            configMaps.get(source.getConfigMap().getName()),
                            source.getConfigMap().getItems())
                    : chosen(
                            secrets.get(source.getSecret().getName()),
                            source.getSecret().getItems());
            if (part == null) {
                return null;
            }
            all.putAll(part);
        }
        return all;
    }

    /** The keys under the paths that the items give them; null if one of them is not there. */
    private static @Nullable Map<String, String> chosen(
            @Nullable Map<String, String> keys, @Nullable List<KeyToPath> items) {
        if (keys == null || orEmpty(items).isEmpty()) {
            return keys;
        }
        Map<String, String> chosen = new TreeMap<>();
        for (KeyToPath item : orEmpty(items)) {
            String text = keys.get(item.getKey());
            if (text == null) {
                return null;
            }
            chosen.put(item.getPath(), text);
        }
        return chosen;
    }

    /** Files that a container is told of, by its environment, its arguments or pgvigil's configuration, and does not have. */
    private Stream<String> unread(Container container) {
        Map<String, String> files = files(container);
        Stream<String> told = orEmpty(container.getEnv()).stream()
                .map(EnvVar::getValue)
                .filter(Objects::nonNull)
                .filter(value -> value.startsWith("/"));
        Stream<String> arguments = orEmpty(container.getArgs()).stream()
                .map(CONFIGURED::matcher)
                .filter(Matcher::matches)
                .map(argument -> argument.group(1));
        Stream<String> configured = files.entrySet().stream()
                .filter(file -> file.getKey().endsWith("/pgvigil.yaml"))
                .flatMap(file -> NAMED_IN_YAML.matcher(file.getValue()).results())
                .map(hit -> hit.group(1));
        return Stream.of(told, arguments, configured)
                .flatMap(paths -> paths)
                .distinct()
                .filter(path -> !files.containsKey(path))
                .map(path -> "reads no file: " + path);
    }

    /** What the container finds, by path. */
    Map<String, String> files(Container container) {
        Map<String, String> files = new TreeMap<>();
        for (VolumeMount mount : orEmpty(container.getVolumeMounts())) {
            orEmpty(pod.spec().getVolumes()).stream()
                    .filter(volume -> volume.getName().equals(mount.getName()))
                    .map(volume -> orEmpty(content(volume)))
                    .forEach(keys -> keys.forEach((key, text) -> files.put(mount.getMountPath() + "/" + key, text)));
        }
        return files;
    }
}
