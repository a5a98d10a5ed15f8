package dev.pgvigil.kubernetes;

import static dev.pgvigil.kubernetes.Manifests.orEmpty;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a workload makes pods of.
 *
 * @param owner kind and name of the workload
 * @param selector which pods the workload takes for its own; null: Kubernetes sees to that
 */
record Pod(String owner, @Nullable LabelSelector selector, Map<String, String> labels, PodSpec spec) {

    static Stream<Pod> of(HasMetadata object) {
        String owner = object.getKind() + "/" + object.getMetadata().getName();
        return switch (object) {
            case DaemonSet d ->
                Stream.of(of(owner, d.getSpec().getSelector(), d.getSpec().getTemplate()));
            case Deployment d ->
                Stream.of(of(owner, d.getSpec().getSelector(), d.getSpec().getTemplate()));
            case StatefulSet s ->
                Stream.of(of(owner, s.getSpec().getSelector(), s.getSpec().getTemplate()));
            case Job j -> Stream.of(of(owner, null, j.getSpec().getTemplate()));
            default -> Stream.of(); // Kubernetes' types, not ours: most make no pods
        };
    }

    private static Pod of(String owner, @Nullable LabelSelector selector, PodTemplateSpec template) {
        return new Pod(owner, selector, orEmpty(template.getMetadata().getLabels()), template.getSpec());
    }

    boolean matches(Map<String, String> wanted) {
        return !wanted.isEmpty() && labels.entrySet().containsAll(wanted.entrySet());
    }

    Stream<Container> containers() {
        return Stream.concat(orEmpty(spec.getInitContainers()).stream(), orEmpty(spec.getContainers()).stream());
    }

    /** Whether a container has a port of this name. */
    boolean has(String port) {
        return containers().anyMatch(container -> has(container, port));
    }

    static boolean has(Container container, String port) {
        return orEmpty(container.getPorts()).stream()
                .map(ContainerPort::getName)
                .anyMatch(port::equals);
    }
}
