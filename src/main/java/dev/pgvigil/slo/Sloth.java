package dev.pgvigil.slo;

import dev.pgvigil.config.Node;
import dev.pgvigil.slo.SloDocuments.Document;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads objectives of Sloth's specification, as a file or as the Kubernetes resource. Its indicators are queries for Prometheus, which
 * pgvigil does not ask; the plugin {@code pgvigil} says what pgvigil measures itself.
 */
final class Sloth {

    static final String VERSION = "prometheus/v1";
    static final String KUBERNETES = "sloth.slok.dev/v1";

    private static final String PLUGIN = "pgvigil";
    private static final String QUERIES =
            "is a query for Prometheus, which pgvigil does not ask; use sli.plugin with id: pgvigil and options such as type: latency";
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,99}");
    private static final Set<String> OWN =
            Set.of("slo", "target", "server", "datname", "result", "severity", "page", "long_window", "alertname");

    private Sloth() {}

    static List<Slo> read(Document document) {
        Node root = document.root();
        Node spec = root;
        if (root.string("apiVersion", "").equals(KUBERNETES)) {
            Node kind = root.required("kind", "PrometheusServiceLevel");
            if (kind.present() && !"PrometheusServiceLevel".equals(kind.text())) {
                kind.problem("must be PrometheusServiceLevel");
            }
            root.child("metadata").skip();
            spec = root.required("spec", "{ service: shop, slos: [] }");
        } else if (!VERSION.equals(root.string("version"))) {
            root.child("version").problem("must be " + VERSION);
        }
        String service = String.valueOf(spec.required("service", "shop").text());
        Map<String, String> labels = labels(spec.child("labels"));
        List<Slo> slos = new ArrayList<>();
        for (Node each : spec.child("slos").items()) {
            slos.add(slo(document, service, labels, each));
        }
        refuse(spec.child("sloPlugins"), "plugins of Sloth cannot run in pgvigil");
        refuse(spec.child("slo_plugins"), "plugins of Sloth cannot run in pgvigil");
        return slos;
    }

    private static Slo slo(Document document, String service, Map<String, String> common, Node node) {
        Node name = node.required("name", "availability");
        // As Sloth makes its identifiers.
        String id = service + "-" + name.text();
        if (name.present()) {
            SloReader.name(id, name);
        }
        node.string("description");
        Map<String, String> labels = new HashMap<>(common);
        labels.putAll(labels(node.child("labels")));
        alerting(node.child("alerting"));
        refuse(node.child("plugins"), "plugins of Sloth cannot run in pgvigil");
        SloReader.Promise promise = new SloReader.Promise(objective(node), BudgetWindow.D30);
        return SloReader.read(id, options(node), promise, labels, document.origin(node));
    }

    private static double objective(Node node) {
        Node place = node.required("objective", "99.9");
        Double percent = SloReader.number(place);
        if (percent != null && (percent < 50 || percent > 99.999)) {
            place.problem("must be a percentage from 50 to 99.999, not " + place.shown(String.valueOf(place.text())));
        }
        return percent == null || place.mistaken() ? 0.999 : Math.round(percent * 1e6) / 1e8;
    }

    private static Node options(Node node) {
        Node sli = node.required("sli", "{ plugin: { id: pgvigil } }");
        refuse(sli.child("events"), QUERIES);
        refuse(sli.child("raw"), QUERIES);
        Node plugin = sli.child("plugin");
        if (sli.present() && !plugin.present() && !sli.mistaken()) {
            sli.problem("needs plugin, with id: pgvigil");
        }
        if (plugin.present()) {
            Node id = plugin.required("id", PLUGIN);
            if (id.present() && !PLUGIN.equals(id.text())) {
                id.problem("must be pgvigil; other plugins of Sloth are made for Prometheus");
            }
        }
        return plugin.child("options");
    }

    /** The name is for people; everything else would change alerts that pgvigil does not make so. */
    private static void alerting(Node alerting) {
        alerting.string("name");
        refuse(alerting.child("labels"), "pgvigil's alerts have labels of their own: use labels of the objective");
        refuse(alerting.child("annotations"), "pgvigil's alerts have annotations of their own");
        for (String key : List.of("page_alert", "ticket_alert", "pageAlert", "ticketAlert")) {
            Node alert = alerting.child(key);
            if (alert.flag("disable", false)) {
                alert.child("disable").problem("rules of an objective cannot be switched off: mute its alerts instead");
            }
            refuse(alert.child("labels"), "pgvigil's alerts have labels of their own: use labels of the objective");
            refuse(alert.child("annotations"), "pgvigil's alerts have annotations of their own");
        }
    }

    private static Map<String, String> labels(Node node) {
        node.children().forEach((label, place) -> {
            if (!LABEL.matcher(label).matches() || OWN.contains(label)) {
                place.problem("must be the name of a label that pgvigil does not set itself");
            }
        });
        return SloReader.texts(node);
    }

    /** Reports a place that is there, with what is below it. */
    private static void refuse(Node place, String reason) {
        if (place.present()) {
            place.problem(reason);
            place.skip();
        }
    }
}
