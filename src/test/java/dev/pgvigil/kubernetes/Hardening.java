package dev.pgvigil.kubernetes;

import static dev.pgvigil.kubernetes.Manifests.orEmpty;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.stream.Stream;

/** What we ask of every pod: Kubernetes' "restricted" standard, and some more of what is ours. */
record Hardening(Pod pod) {

    /** Images that stand for a user's own workload. */
    private static final String THEIRS = "registry.example/";

    List<String> problems() {
        return Stream.concat(ofPod(), pod.containers().flatMap(this::ofContainer))
                .toList();
    }

    private Stream<String> ofPod() {
        PodSecurityContext context = pod.spec().getSecurityContext();
        return wrong(Map.of(
                "has a token for Kubernetes' API",
                !Boolean.FALSE.equals(pod.spec().getAutomountServiceAccountToken()),
                "may run as root",
                context == null || !Boolean.TRUE.equals(context.getRunAsNonRoot()) || context.getRunAsUser() == null,
                "has no seccomp profile",
                context == null
                        || context.getSeccompProfile() == null
                        || !"RuntimeDefault".equals(context.getSeccompProfile().getType())));
    }

    private Stream<String> ofContainer(Container container) {
        SecurityContext context = container.getSecurityContext();
        if (context == null) {
            return Stream.of("has a container without security context: " + container.getName());
        }
        boolean ours = !container.getImage().startsWith(THEIRS);
        return wrong(Map.of(
                "may escalate",
                !Boolean.FALSE.equals(context.getAllowPrivilegeEscalation()),
                "keeps capabilities",
                context.getCapabilities() == null
                        || !orEmpty(context.getCapabilities().getDrop()).contains("ALL"),
                "can write to its root",
                ours && !Boolean.TRUE.equals(context.getReadOnlyRootFilesystem()),
                "has no bound for memory",
                ours
                        && (container.getResources() == null
                                || !orEmpty(container.getResources().getLimits())
                                        .containsKey("memory"))));
    }

    private static Stream<String> wrong(Map<String, Boolean> answers) {
        return answers.entrySet().stream()
                .filter(Entry::getValue)
                .map(Entry::getKey)
                .sorted();
    }
}
