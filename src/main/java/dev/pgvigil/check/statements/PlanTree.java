package dev.pgvigil.check.statements;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A plan without the values that conditions may contain: what it does, with which tables and indexes. Plans with the same nodes are
 * the same plan; costs and rows change with the statistics.
 *
 * @param nodes in the order of EXPLAIN, indented by two blanks a level
 * @param totalCost in the planner's unit
 * @param planRows estimated rows of the result
 */
public record PlanTree(List<String> nodes, double totalCost, double planRows) {

    /** The most nodes that are kept; of a larger plan the first. */
    static final int MOST = 100;

    private static final ObjectMapper JSON = new ObjectMapper();

    public PlanTree {
        nodes = List.copyOf(nodes);
    }

    /** Reads the output of {@code EXPLAIN (FORMAT JSON)}; empty if it is none. */
    static Optional<PlanTree> of(String json) {
        try {
            JsonNode root = JSON.readTree(json).path(0).path("Plan");
            List<String> nodes = new ArrayList<>();
            add(root, 0, nodes);
            return root.isObject()
                    ? Optional.of(new PlanTree(
                            nodes,
                            root.path("Total Cost").asDouble(),
                            root.path("Plan Rows").asDouble()))
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    boolean samePlan(PlanTree other) {
        return nodes.equals(other.nodes);
    }

    /** The first node of this plan that the other does not have, or the first node. */
    String differing(PlanTree other) {
        return nodes.stream()
                .map(String::strip)
                .filter(node ->
                        other.nodes.stream().noneMatch(one -> one.strip().equals(node)))
                .reduce((one, deeper) -> deeper)
                .orElse(nodes.getFirst());
    }

    private static void add(JsonNode node, int depth, List<String> nodes) {
        if (nodes.size() >= MOST || !node.isObject()) {
            return;
        }
        nodes.add("  ".repeat(depth) + label(node));
        node.path("Plans").forEach(child -> add(child, depth + 1, nodes));
    }

    private static String label(JsonNode node) {
        StringBuilder label = new StringBuilder();
        if (node.path("Parallel Aware").asBoolean()) {
            label.append("Parallel ");
        }
        String strategy = node.path("Strategy").asText();
        if (strategy.equals("Hashed") || strategy.equals("Mixed")) {
            label.append(strategy).append(' ');
        }
        label.append(
                node.has("Operation") && node.path("Node Type").asText().equals("ModifyTable")
                        ? node.path("Operation").asText()
                        : node.path("Node Type").asText());
        String join = node.path("Join Type").asText();
        if (!join.isEmpty() && !join.equals("Inner")) {
            label.append(" (").append(join).append(')');
        }
        if (node.path("Scan Direction").asText().equals("Backward")) {
            label.append(" Backward");
        }
        named(label, " using ", node.path("Index Name"));
        named(label, " on ", node.path("Relation Name"));
        named(label, " on ", node.path("CTE Name"));
        named(label, " on ", node.path("Function Name"));
        return label.toString();
    }

    private static void named(StringBuilder label, String before, JsonNode name) {
        if (!name.isMissingNode()) {
            label.append(before).append(name.asText());
        }
    }
}
