package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the sessions that a check excludes from its evaluation, and the reason. */
final class ExemptionReader {

    private static final int MAX_ENTRIES = 100;
    private static final int MAX_LENGTH = 200;

    private ExemptionReader() {}

    /** The entries, each with a pattern and a reason; configured entries replace the default. */
    static List<Exemption> read(Node list, List<Exemption> standard) {
        if (!list.present()) {
            return standard;
        }
        List<Node> items = list.items();
        if (items.size() > MAX_ENTRIES) {
            list.problem("holds " + items.size() + " entries; at most " + MAX_ENTRIES + " are possible");
            return standard;
        }
        List<Exemption> exemptions = new ArrayList<>();
        for (Node item : items) {
            Glob application =
                    pattern(item.doc("Sessions of these applications are not evaluated, with * and ?"), "application");
            Glob role = pattern(item.doc("Sessions of these roles are not evaluated, with * and ?"), "role");
            String reason = bounded(item.doc("Reason for the exemption, shown with the finding"), "reason");
            if (!item.mistaken() && application == null && role == null) {
                item.problem("needs application or role: whose sessions are exempted");
            }
            if (!item.mistaken() && reason == null) {
                item.problem("needs a reason: it is shown wherever the exemption counts");
            }
            exemptions.add(new Exemption(application, role, reason == null ? "" : reason));
        }
        return List.copyOf(exemptions);
    }

    private static @Nullable Glob pattern(Node item, String key) {
        String text = bounded(item, key);
        return text == null ? null : new Glob(text);
    }

    private static @Nullable String bounded(Node item, String key) {
        String text = item.string(key);
        if (text != null && (text.isBlank() || text.length() > MAX_LENGTH)) {
            item.child(key).problem("must have 1 to " + MAX_LENGTH + " characters");
        }
        return text;
    }
}
