package dev.pgvigil.slo;

import dev.pgvigil.config.Node;
import dev.pgvigil.slo.SloDocuments.Document;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads objectives of OpenSLO v1. Its indicators are queries for sources of metrics; the source {@code pgvigil} says what pgvigil
 * measures itself: {@code ratioMetric.raw} with {@code rawType: success}, or {@code thresholdMetric} with {@code op} and {@code value}.
 */
final class OpenSlo {

    static final String VERSION = "openslo/v1";

    private static final String SOURCE = "pgvigil";
    private static final String OTHER_SOURCE =
            "must be pgvigil: it queries no other source, and measures what spec says, such as type: latency";
    private static final Map<String, BudgetWindow> WINDOWS = Map.of(
            "7d", BudgetWindow.D7,
            "1w", BudgetWindow.D7,
            "28d", BudgetWindow.D28,
            "4w", BudgetWindow.D28,
            "30d", BudgetWindow.D30);

    private final Map<String, Node> indicators = new HashMap<>();
    private final Map<String, String> sources = new HashMap<>();

    private OpenSlo() {}

    /** The objectives of all documents of a file, which may refer to each other. */
    static List<Slo> read(List<Document> documents) {
        OpenSlo reader = new OpenSlo();
        List<Document> objectives = new ArrayList<>();
        documents.forEach(document -> reader.enter(document, objectives));
        return objectives.stream()
                .flatMap(document -> reader.slos(document).stream())
                .toList();
    }

    private void enter(Document document, List<Document> objectives) {
        Node root = document.root();
        if (!VERSION.equals(root.string("apiVersion"))) {
            root.child("apiVersion").problem("must be " + VERSION + "; other versions are not read");
            root.skip();
            return;
        }
        String name = name(root);
        String kind = String.valueOf(root.required("kind", "SLO").text());
        Node spec = root.child("spec");
        switch (kind) {
            case "SLO" -> objectives.add(document);
            case "SLI" -> indicators.put(name, spec);
            case "DataSource" -> sources.put(name, source(spec));
            // It names what objectives belong to, which has no effect here.
            case "Service" -> spec.string("description");
            case "AlertPolicy", "AlertCondition", "AlertNotificationTarget" -> {
                root.child("kind")
                        .problem(
                                "cannot be mapped: pgvigil has burn-rate rules of its own, and receivers in alerts; remove the document");
                spec.skip();
            }
            default -> {
                root.child("kind").problem("must be SLO, SLI, DataSource or Service, not " + root.shown(kind));
                spec.skip();
            }
        }
    }

    private static String name(Node object) {
        Node metadata = object.child("metadata");
        metadata.string("displayName");
        metadata.child("labels").skip();
        metadata.child("annotations").skip();
        return String.valueOf(metadata.required("name", "availability").text());
    }

    private static String source(Node spec) {
        spec.string("description");
        Node type = spec.required("type", SOURCE);
        if (type.present() && !SOURCE.equals(type.text())) {
            type.problem(OTHER_SOURCE);
        }
        refuse(spec.child("connectionDetails"), "pgvigil needs none for what it measures itself");
        return String.valueOf(type.text());
    }

    private List<Slo> slos(Document document) {
        Node root = document.root();
        String name = name(root);
        SloReader.name(name, root.child("metadata").child("name"));
        Node spec = root.required("spec", "{ service: shop }");
        spec.string("description");
        spec.string("service");
        refuse(spec.child("alertPolicies"), "pgvigil has burn-rate rules of its own, and receivers in alerts");
        Node method = spec.required("budgetingMethod", "Occurrences");
        if (method.present() && !"Occurrences".equals(method.text())) {
            method.problem("must be Occurrences: pgvigil counts seconds, and no slices of another length");
        }
        BudgetWindow window = window(spec);
        Measured indicator = indicator(spec);
        List<Slo> slos = new ArrayList<>();
        List<Node> objectives =
                spec.required("objectives", "[{ target: 0.999 }]").items();
        for (int i = 0; i < objectives.size(); i++) {
            Node objective = objectives.get(i);
            SloReader.Promise promise = new SloReader.Promise(ratio(objective), window);
            for (String key : List.of("timeSliceTarget", "timeSliceWindow")) {
                refuse(objective.child(key), "pgvigil counts seconds, and no slices of another length");
            }
            for (String key : List.of("indicator", "indicatorRef", "compositeWeight")) {
                refuse(
                        objective.child(key),
                        "an objective made of several indicators cannot be mapped: write one for each");
            }
            objective.string("displayName");
            if (indicator != null) {
                String each = objectives.size() == 1 ? name : name + "-" + (i + 1);
                slos.add(indicator.slo(each, objective, promise, document.origin(objective)));
            }
        }
        if (indicator != null && indicator.threshold() && objectives.size() > 1) {
            spec.child("objectives").problem("must be one objective for a thresholdMetric");
        }
        return slos;
    }

    private static double ratio(Node objective) {
        Node target = objective.child("target");
        Node percent = objective.child("targetPercent");
        Double ratio = SloReader.number(target);
        Double hundred = SloReader.number(percent);
        if (target.present() == percent.present()) {
            objective.problem("needs either target, such as 0.999, or targetPercent, such as 99.9");
            return 0.999;
        }
        Node place = target.present() ? target : percent;
        double value = ratio != null ? ratio : hundred != null ? hundred / 100 : 0.999;
        if (value < 0.5 || value > 0.99999) {
            place.problem("must be from 50 % to 99.999 %, not " + place.shown(String.valueOf(place.text())));
            return 0.999;
        }
        return Math.round(value * 1e8) / 1e8;
    }

    private static BudgetWindow window(Node spec) {
        Node list = spec.child("timeWindow");
        List<Node> windows = list.items();
        if (windows.isEmpty()) {
            return BudgetWindow.D30;
        }
        if (windows.size() > 1) {
            list.problem("must be exactly one window");
        }
        Node window = windows.getFirst();
        refuse(
                window.child("calendar"),
                "a window that begins with the calendar cannot be mapped: use isRolling: true");
        if (!window.flag("isRolling", false)) {
            window.problem("must be isRolling: true");
        }
        Node duration = window.required("duration", "28d");
        String text = duration.text();
        BudgetWindow known = text == null ? null : WINDOWS.get(text);
        if (text != null && known == null) {
            duration.problem("must be 7d, 1w, 28d, 4w or 30d, not " + duration.shown(text));
        }
        return known == null ? BudgetWindow.D30 : known;
    }

    /**
     * What is measured.
     *
     * @param spec of the source {@code pgvigil}
     * @param threshold whether the objective has the bound
     */
    private record Measured(Node spec, boolean threshold) {

        Slo slo(String name, Node objective, SloReader.Promise promise, String origin) {
            return threshold
                    ? bounded(SloReader.unbounded(name, spec, promise, Map.of(), origin), objective)
                    : unbounded(SloReader.read(name, spec, promise, Map.of(), origin), objective);
        }

        private static Slo unbounded(Slo slo, Node objective) {
            for (String key : List.of("op", "value")) {
                refuse(objective.child(key), "is for a thresholdMetric");
            }
            return slo;
        }

        /** The bound of a threshold metric; durations are in seconds. */
        private Slo bounded(Slo slo, Node objective) {
            Node op = objective.required("op", "lte");
            Node value = objective.required("value", "0.2");
            Double number = SloReader.number(value);
            for (String key : List.of("threshold", "at-most", "at-least")) {
                refuse(spec.child(key), "is the value of the objective for a thresholdMetric");
            }
            boolean most = "lte".equals(op.text());
            if (slo.indicator() == Indicator.CUSTOM_SQL) {
                if (op.present() && !most && !"gte".equals(op.text())) {
                    op.problem("must be lte or gte: the value itself is good");
                }
                String metric = spec.string("metric");
                return number == null || metric == null ? slo : slo.with(null, new MetricGoal(metric, most, number));
            }
            if (!slo.indicator().hasThreshold()) {
                spec.child("type")
                        .problem("must be latency, replication-freshness or custom-sql for a thresholdMetric");
            } else if (op.present() && !most) {
                op.problem("must be lte: a measurement of exactly the threshold is good");
            } else if (number != null && (number < 0.001 || number > 86_400)) {
                value.problem("must be from 0.001 to 86400 seconds");
            } else if (number != null) {
                return slo.with(Duration.ofMillis(Math.round(number * 1e3)), null);
            }
            return slo;
        }
    }

    private @Nullable Measured indicator(Node spec) {
        Node inline = spec.child("indicator");
        Node reference = spec.child("indicatorRef");
        String name = reference.text();
        if (inline.present() == reference.present()) {
            spec.problem("needs either indicator or indicatorRef");
            return null;
        }
        Node sli = inline.present() ? inline.child("spec") : indicators.get(String.valueOf(name));
        if (inline.present()) {
            name(inline);
        }
        if (sli == null) {
            reference.problem("no SLI in this file has that name");
            return null;
        }
        sli.string("description");
        return indicatorOf(sli);
    }

    private @Nullable Measured indicatorOf(Node sli) {
        Node threshold = sli.child("thresholdMetric");
        Node ratio = sli.child("ratioMetric");
        if (threshold.present() == ratio.present()) {
            sli.problem("needs either thresholdMetric or ratioMetric");
            return null;
        }
        if (threshold.present()) {
            return new Measured(metric(threshold), true);
        }
        ratio.string("counter");
        for (String key : List.of("good", "bad", "total")) {
            refuse(
                    ratio.child(key),
                    "pgvigil measures a share, and no events: use raw and rawType: success, with a metricSource of type pgvigil");
        }
        Node raw = ratio.child("raw");
        Node type = ratio.child("rawType");
        if (raw.present() && !"success".equals(type.text())) {
            (type.present() ? type : ratio).problem("rawType must be success: pgvigil measures the share that is good");
        } else if (!raw.present() && !ratio.mistaken()) {
            ratio.problem("needs raw and rawType: success");
        }
        return raw.present() ? new Measured(metric(raw), false) : null;
    }

    private Node metric(Node metric) {
        Node source = metric.required("metricSource", "{ type: pgvigil, spec: { type: availability } }");
        Node type = source.child("type");
        Node reference = source.child("metricSourceRef");
        String name = reference.text();
        String kind = type.present() ? type.text() : sources.get(String.valueOf(name));
        if (name != null && !sources.containsKey(name)) {
            reference.problem("no DataSource in this file has that name");
        } else if (!SOURCE.equals(kind)) {
            (type.present() ? type : source).problem("type " + OTHER_SOURCE);
            source.child("spec").skip();
        }
        return source.child("spec");
    }

    private static void refuse(Node place, String reason) {
        if (place.present()) {
            place.problem(reason);
            place.skip();
        }
    }
}
