package dev.pgvigil.config;

import static java.util.stream.Collectors.joining;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tables of keys in {@code docs/reference}, made from the keys that the sections read. */
final class ConfigTables {

    private static final String NOTE = "<!-- Made from the code by make docs. -->\n";
    private static final String THRESHOLDS = "thresholds.";

    private ConfigTables() {}

    static String configuration(List<KeyDoc> docs) {
        return NOTE + """
                # Configuration keys

                Keys of the file that `PGVIGIL_CONFIG` names, below `pgvigil:`. `thresholds` ([reference](thresholds.md)) and `checks` stand
                at the top for all targets, and inside a target for that target. [Configuring](../configuration.md) shows how they are used,
                [the example](../pgvigil.example.yaml) shows them together, and [the schema](../pgvigil.schema.json) is for editors.

                """ + table(docs, false);
    }

    static String thresholds(List<KeyDoc> docs) {
        return NOTE + """
                # Thresholds

                Keys below `thresholds:`, at the top of the file for all targets, or inside a target for that target. The pages of the
                [checks](../checks) say how each one is used.

                """ + table(docs, true);
    }

    private static String table(List<KeyDoc> docs, boolean thresholds) {
        Map<String, KeyDoc> rows = new LinkedHashMap<>();
        docs.stream()
                .filter(doc -> !doc.description().isEmpty())
                .sorted(Comparator.comparing(ConfigTables::group))
                .filter(doc -> shown(doc.key()).startsWith(THRESHOLDS) == thresholds)
                .forEach(doc -> rows.putIfAbsent(shown(doc.key()), doc));
        String lines = rows.entrySet().stream()
                .map(row ->
                        row(thresholds ? row.getKey().substring(THRESHOLDS.length()) : row.getKey(), row.getValue()))
                .collect(joining("\n"));
        return "| Key | Meaning | Allowed | Default |\n|---|---|---|---|\n" + lines + "\n";
    }

    private static String row(String key, KeyDoc doc) {
        String standard = doc.standard().isEmpty() ? "" : " `" + doc.standard() + "`";
        String required = doc.required() ? "; required" : "";
        return "| `" + key + "` | " + doc.description() + required + " | "
                + doc.type().allowed() + " |" + standard + " |";
    }

    /** Targets first, as without them there is nothing; in a group as the code reads them. */
    private static String group(KeyDoc doc) {
        String key = shown(doc.key());
        if (key.startsWith(THRESHOLDS)) {
            return key.split("\\.", -1)[1];
        }
        return (key.startsWith("targets.") ? "0" : "1") + key.split("\\.", -1)[0] + (doc.required() ? "0" : "1");
    }

    private static String shown(String key) {
        return key.replaceFirst("^pgvigil\\.", "")
                .replaceFirst("^targets\\.\\*\\.(thresholds|checks)\\.", "$1.")
                .replaceFirst("^checks\\.[a-z-]+\\.", "checks.<check>.")
                .replace("exempt.*", "exempt[]")
                .replace("*", "<name>");
    }
}
