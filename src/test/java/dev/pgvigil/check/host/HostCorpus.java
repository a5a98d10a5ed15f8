package dev.pgvigil.check.host;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Hosts whose node_exporter says that a resource is short, and one that says nothing. */
final class HostCorpus implements Corpus {

    private static final String CONFIG = "host: { node_exporter: \"<exporter>\" }";

    private final Map<Scene, NodeExporterServer> exporters = new ConcurrentHashMap<>();

    @Override
    public List<Fault> faults() {
        return List.of(
                fault("disk-full", "host/disk-full", Status.UNHEALTHY)
                        .build(scene -> serves(scene, 0.98, text -> text))
                        .repair(this::well),
                fault("other-disk-full", "host/other-disk-full", Status.HEALTHY)
                        .build(scene -> serves(scene, 0.5, text -> text.replace("\"/\"} 4e+10", "\"/\"} 4e+09")))
                        .repair(this::well),
                fault("disk-without-inodes", "host/inodes", Status.DEGRADED)
                        .build(scene -> serves(scene, 0.5, text -> text.replace("9e+06", "1e+05")))
                        .repair(this::well),
                fault("disk-read-only", "host/disk-read-only", Status.UNHEALTHY)
                        .build(scene -> serves(
                                scene, 0.5, text -> text.replaceAll("(node_filesystem_readonly\\{[^}]*}) 0", "$1 1")))
                        .repair(this::well),
                fault("memory-short", "host/memory", Status.DEGRADED)
                        .build(scene -> serves(scene, 0.5, text -> text.replace("1.2e+10", "4e+08")))
                        .repair(this::well),
                fault("node-exporter-down", "host/unreachable", Status.HEALTHY)
                        .build(scene -> exporter(scene).answers(exchange -> exchange.sendResponseHeaders(503, -1)))
                        .repair(this::well));
    }

    private Fault fault(String name, String key, Status status) {
        return Fault.of(name, key, status).config(CONFIG).prepare(scene -> {
            NodeExporterServer exporter = scene.closing(new NodeExporterServer());
            exporters.put(scene, exporter);
            scene.define("exporter", exporter.address());
            well(scene);
        });
    }

    private NodeExporterServer exporter(Scene scene) {
        NodeExporterServer exporter = exporters.get(scene);
        if (exporter == null) {
            throw new IllegalStateException("the scene has no node_exporter");
        }
        return exporter;
    }

    private void well(Scene scene) {
        serves(scene, 0.5, text -> text);
    }

    private void serves(Scene scene, double used, UnaryOperator<String> change) {
        String mount = String.valueOf(scene.server().data().getParent());
        exporter(scene).serves(change.apply(NodeExporterServer.text(1000, mount, used)));
    }
}
