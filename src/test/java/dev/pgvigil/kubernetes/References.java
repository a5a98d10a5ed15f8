package dev.pgvigil.kubernetes;

import static dev.pgvigil.kubernetes.Manifests.orEmpty;

import dev.pgvigil.health.HealthPaths;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.Endpoint;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether objects that are applied together name only what is there, and keep to what we ask of every pod. */
final class References {

    private static final Pattern DATABASE = Pattern.compile("postgresql://[^/\\s:]+(?::([0-9]+))?/");

    private final List<HasMetadata> objects;
    private final List<Pod> pods;
    private final List<String> problems = new ArrayList<>();

    private References(List<HasMetadata> objects) {
        this.objects = objects;
        this.pods = objects.stream().flatMap(Pod::of).toList();
    }

    /** What is wrong, a sentence each. */
    static List<String> problems(List<HasMetadata> objects) {
        References all = new References(objects);
        all.pods.forEach(all::pod);
        all.of(Service.class).forEach(all::service);
        all.of(PodDisruptionBudget.class)
                .forEach(budget ->
                        all.selects(budget, budget.getSpec().getSelector().getMatchLabels()));
        all.of(NetworkPolicy.class).forEach(all::policy);
        all.of(ServiceMonitor.class).forEach(all::monitor);
        return all.problems;
    }

    private void pod(Pod pod) {
        if (pod.selector() != null) {
            check(pod.matches(orEmpty(pod.selector().getMatchLabels())), pod, "does not select its own pods");
        }
        String account = pod.spec().getServiceAccountName();
        check(
                account == null || of(ServiceAccount.class).anyMatch(one -> named(one, account)),
                pod,
                "names no service account: " + account);
        new Mounts(pod, objects).problems().forEach(problem -> check(false, pod, problem));
        new Hardening(pod).problems().forEach(problem -> check(false, pod, problem));
        pod.containers().forEach(container -> probes(pod, container));
    }

    private void probes(Pod pod, Container container) {
        List<Probe> probes = Stream.of(
                        container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe())
                .filter(Objects::nonNull)
                .toList();
        boolean ours = container.getName().equals("pgvigil");
        check(!ours || probes.size() == 3, pod, "has not all three probes");
        probes.stream().map(Probe::getHttpGet).filter(Objects::nonNull).forEach(get -> {
            check(get.getHost() == null, pod, "has a probe that the kubelet sends elsewhere");
            check(Pod.has(container, text(get.getPort())), pod, "probes no port: " + text(get.getPort()));
            check(!ours || HealthPaths.has(get.getPath()), pod, "probes no path: " + get.getPath());
        });
        if (ours) {
            probePath(pod, "started", container.getStartupProbe());
            probePath(pod, "live", container.getLivenessProbe());
            probePath(pod, "ready", container.getReadinessProbe());
        }
    }

    private void probePath(Pod pod, String question, @Nullable Probe probe) {
        HTTPGetAction get = probe == null ? null : probe.getHttpGet();
        check(get != null && get.getPath().equals("/health/" + question), pod, "does not ask " + question);
    }

    private void service(Service service) {
        Map<String, String> wanted = orEmpty(service.getSpec().getSelector());
        selects(service, wanted);
        service.getSpec().getPorts().forEach(port -> ports(service, wanted, port.getTargetPort()));
    }

    private void policy(NetworkPolicy policy) {
        Map<String, String> wanted = orEmpty(policy.getSpec().getPodSelector().getMatchLabels());
        selects(policy, wanted);
        orEmpty(policy.getSpec().getIngress()).stream()
                .flatMap(rule -> orEmpty(rule.getPorts()).stream())
                .forEach(port -> ports(policy, wanted, port.getPort()));
        if (policy.getSpec().getPolicyTypes().contains("Egress")
                && "pgvigil".equals(wanted.get("app.kubernetes.io/name"))) {
            leaves(policy);
        }
    }

    /** Names are to be resolved, and the databases of the configuration reached. */
    private void leaves(NetworkPolicy policy) {
        Set<String> open = orEmpty(policy.getSpec().getEgress()).stream()
                .flatMap(rule -> orEmpty(rule.getPorts()).stream())
                .map(port -> port.getProtocol() + " " + port.getPort().getIntVal())
                .collect(Collectors.toSet());
        Stream.concat(Stream.of("UDP 53"), databasePorts())
                .distinct()
                .filter(port -> !open.contains(port))
                .forEach(port -> check(false, policy, "lets nothing out to " + port));
    }

    private Stream<String> databasePorts() {
        return of(ConfigMap.class)
                .flatMap(map -> orEmpty(map.getData()).values().stream())
                .flatMap(text -> DATABASE.matcher(text).results())
                .map(url -> "TCP " + (url.group(1) == null ? "5432" : url.group(1)));
    }

    private void ports(HasMetadata object, Map<String, String> wanted, @Nullable IntOrString port) {
        check(
                port != null && pods.stream().filter(pod -> pod.matches(wanted)).allMatch(pod -> pod.has(text(port))),
                object,
                "leads to no port: " + text(port));
    }

    private void selects(HasMetadata object, Map<String, String> wanted) {
        check(pods.stream().anyMatch(pod -> pod.matches(wanted)), object, "selects no pod: " + wanted);
    }

    private void monitor(ServiceMonitor monitor) {
        Map<String, String> wanted = orEmpty(monitor.getSpec().getSelector().getMatchLabels());
        List<Service> services = of(Service.class)
                .filter(service ->
                        orEmpty(service.getMetadata().getLabels()).entrySet().containsAll(wanted.entrySet()))
                .toList();
        check(!wanted.isEmpty() && !services.isEmpty(), monitor, "selects no service: " + wanted);
        for (Endpoint endpoint : monitor.getSpec().getEndpoints()) {
            check(
                    services.stream()
                            .flatMap(service -> service.getSpec().getPorts().stream())
                            .map(ServicePort::getName)
                            .anyMatch(endpoint.getPort()::equals),
                    monitor,
                    "scrapes no port: " + endpoint.getPort());
            check("/metrics".equals(endpoint.getPath()), monitor, "scrapes no path: " + endpoint.getPath());
        }
    }

    private <T extends HasMetadata> Stream<T> of(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast);
    }

    static boolean named(HasMetadata object, @Nullable String name) {
        return object.getMetadata().getName().equals(name);
    }

    /** A port as it is named; a number is none of ours. */
    private static String text(@Nullable IntOrString port) {
        return port == null ? "" : Objects.requireNonNullElse(port.getStrVal(), String.valueOf(port.getIntVal()));
    }

    private void check(boolean good, HasMetadata object, String problem) {
        report(good, object.getKind() + "/" + object.getMetadata().getName(), problem);
    }

    private void check(boolean good, Pod pod, String problem) {
        report(good, pod.owner(), problem);
    }

    private void report(boolean good, String who, String problem) {
        if (!good) {
            problems.add(who + " " + problem);
        }
    }
}
