package dev.pgvigil.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A dashboard of Grafana, made from a short source in {@code monitoring/grafana/sources}. */
final class Dashboard {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    static final Path SOURCES = Path.of("monitoring", "grafana", "sources");
    private static final Path DASHBOARDS = Path.of("monitoring", "grafana", "dashboards");

    private static final int COLUMNS = 24;
    private static final int HALF = 12;
    private static final int SMALL = 4;
    private static final int LARGE = 8;

    /** The label that each variable selects, from a metric that has it. */
    private static final Map<String, String> VARIABLES =
            Map.of("server", "pgvigil_server_up", "instance", "up", "target", "pgvigil_target_info");

    private static final Pattern CHOSEN = Pattern.compile("\\$(" + String.join("|", VARIABLES.keySet()) + ")\\b");

    private final Path source;
    private final JsonNode spec;
    private int id;

    private Dashboard(Path source) {
        this.source = source;
        spec = Yaml.read(source);
    }

    static Stream<Path> sources() {
        return Yaml.files(SOURCES).stream();
    }

    static Dashboard of(Path source) {
        return new Dashboard(source);
    }

    Path target() {
        return DASHBOARDS.resolve(source.getFileName().toString().replace(".yaml", ".json"));
    }

    /** The panels of the source. */
    Stream<JsonNode> panels() {
        return Yaml.elements(spec.path("rows")).flatMap(row -> Yaml.elements(row.path("panels")));
    }

    /** The expressions of all panels, with Grafana's variables. */
    List<String> expressions() {
        return panels().flatMap(panel -> Yaml.elements(panel.path("queries")))
                .map(query -> query.path("expr").asText())
                .toList();
    }

    /** An expression as Grafana sends it while everything is selected. */
    static String withAll(String expression) {
        return CHOSEN.matcher(expression.replace("$__rate_interval", "1m")).replaceAll(".*");
    }

    String json() {
        ObjectNode dashboard = MAPPER.createObjectNode();
        dashboard
                .put("uid", spec.path("uid").asText())
                .put("title", spec.path("title").asText())
                .put("description", spec.path("description").asText())
                .put("schemaVersion", 39)
                .put("editable", false)
                .put("graphTooltip", 1)
                .put("refresh", "30s")
                .put("timezone", "browser");
        dashboard.putArray("tags").add("pgvigil");
        dashboard.putObject("time").put("from", "now-3h").put("to", "now");
        links(dashboard.putArray("links"));
        annotations(dashboard.putObject("annotations").putArray("list"));
        variables(dashboard.putObject("templating").putArray("list"));
        panels(dashboard.putArray("panels"));
        return dashboard.toPrettyString() + "\n";
    }

    private static void links(ArrayNode links) {
        links.addObject()
                .put("title", "Dashboards")
                .put("type", "dashboards")
                .put("asDropdown", true)
                .putArray("tags")
                .add("pgvigil");
        for (Map.Entry<String, String> link : List.of(
                Map.entry("pgvigil", "${pgvigil}"),
                Map.entry("Runbook", "https://pgvigil.dev/docs/operations/runbook"),
                Map.entry(
                        "Logs",
                        "/explore?left={\"datasource\":\"loki\",\"queries\":[{\"expr\":\"{service=\\\"pgvigil\\\"}\"}]}"),
                Map.entry(
                        "Traces",
                        "/explore?left={\"datasource\":\"jaeger\",\"queries\":[{\"queryType\":\"search\",\"service\":\"pgvigil\"}]}"))) {
            links.addObject()
                    .put("title", link.getKey())
                    .put("type", "link")
                    .put("url", link.getValue())
                    .put("targetBlank", true);
        }
    }

    private static void annotations(ArrayNode annotations) {
        datasource(annotations.addObject())
                .put("name", "Alerts")
                .put("enable", true)
                .put("iconColor", "red")
                .put("expr", "ALERTS{alertstate=\"firing\", severity!=\"none\"}")
                .put("titleFormat", "{{alertname}}")
                .put("textFormat", "{{server}} {{instance}}");
    }

    private void variables(ArrayNode variables) {
        variables
                .addObject()
                .put("name", "datasource")
                .put("label", "Prometheus")
                .put("type", "datasource")
                .put("query", "prometheus");
        variables
                .addObject()
                .put("name", "pgvigil")
                .put("label", "Address of pgvigil")
                .put("type", "textbox")
                .put("query", "http://localhost:8080");
        Yaml.elements(spec.path("variables")).map(JsonNode::asText).forEach(name -> {
            ObjectNode variable = datasource(variables.addObject())
                    .put("name", name)
                    .put("label", name)
                    .put("type", "query")
                    .put("query", "label_values(%s, %s)".formatted(VARIABLES.get(name), name))
                    .put("refresh", 2)
                    .put("sort", 1)
                    .put("multi", true)
                    .put("includeAll", true)
                    .put("allValue", ".*");
            variable.putObject("current").put("text", "All").put("value", "$__all");
        });
    }

    private void panels(ArrayNode panels) {
        int y = 0;
        for (JsonNode row : Yaml.elements(spec.path("rows")).toList()) {
            grid(
                            panels.addObject()
                                    .put("id", ++id)
                                    .put("type", "row")
                                    .put("title", row.path("title").asText()),
                            0,
                            y++,
                            COLUMNS,
                            1)
                    .put("collapsed", false)
                    .putArray("panels");
            int x = 0;
            int height = 0;
            for (JsonNode panel : Yaml.elements(row.path("panels")).toList()) {
                int width = panel.path("width").asInt(HALF);
                int own = panel.path("type").asText().equals("stat") ? SMALL : LARGE;
                if (x + width > COLUMNS) {
                    y += height;
                    x = 0;
                    height = 0;
                }
                panel(grid(panels.addObject(), x, y, width, own), panel);
                x += width;
                height = Math.max(height, own);
            }
            y += height;
        }
    }

    private void panel(ObjectNode json, JsonNode panel) {
        String type = panel.path("type").asText("timeseries");
        datasource(json)
                .put("id", ++id)
                .put("type", type)
                .put("title", panel.path("title").asText())
                .put("description", panel.path("description").asText());
        ObjectNode defaults = json.putObject("fieldConfig")
                .putObject("defaults")
                .put("unit", panel.path("unit").asText("short"));
        thresholds(defaults, panel);
        if (type.equals("timeseries")) {
            ObjectNode custom = defaults.putObject("custom");
            custom.putObject("thresholdsStyle").put("mode", thresholds(panel) ? "line" : "off");
            custom.putObject("stacking").put("mode", panel.path("stack").asBoolean() ? "normal" : "none");
            custom.put("fillOpacity", panel.path("stack").asBoolean() ? 30 : 5);
        }
        json.withObject("fieldConfig").putArray("overrides");
        ArrayNode targets = json.putArray("targets");
        char ref = 'A';
        for (JsonNode query : Yaml.elements(panel.path("queries")).toList()) {
            ObjectNode target = datasource(targets.addObject())
                    .put("refId", String.valueOf(ref++))
                    .put("expr", query.path("expr").asText())
                    .put("legendFormat", query.path("legend").asText("__auto"));
            if (type.equals("table")) {
                target.put("format", "table");
            }
            target.put(type.equals("timeseries") ? "range" : "instant", true);
        }
    }

    private static boolean thresholds(JsonNode panel) {
        return panel.has("above") || panel.has("below");
    }

    /** Steps in rising order: what is good below a limit begins green, what is good above one ends green. */
    private static void thresholds(ObjectNode defaults, JsonNode panel) {
        ArrayNode steps =
                defaults.putObject("thresholds").put("mode", "absolute").putArray("steps");
        JsonNode limits = panel.has("below") ? panel.path("below") : panel.path("above");
        List<ObjectNode> all = new ArrayList<>();
        if (panel.has("below")) {
            String lowest = limits.has("critical") ? "red" : "orange";
            all.add(step(lowest, MAPPER.nullNode()));
            if (limits.has("critical")) {
                all.add(step(limits.has("warning") ? "orange" : "green", limits.get("critical")));
            }
            if (limits.has("warning")) {
                all.add(step("green", limits.get("warning")));
            }
        } else {
            all.add(step("green", MAPPER.nullNode()));
            if (limits.has("warning")) {
                all.add(step("orange", limits.get("warning")));
            }
            if (limits.has("critical")) {
                all.add(step("red", limits.get("critical")));
            }
        }
        all.forEach(steps::add);
    }

    private static ObjectNode step(String color, JsonNode value) {
        ObjectNode step = MAPPER.createObjectNode().put("color", color);
        step.set("value", value);
        return step;
    }

    private static ObjectNode grid(ObjectNode json, int x, int y, int width, int height) {
        json.putObject("gridPos").put("h", height).put("w", width).put("x", x).put("y", y);
        return json;
    }

    private static ObjectNode datasource(ObjectNode json) {
        json.putObject("datasource").put("type", "prometheus").put("uid", "${datasource}");
        return json;
    }
}
