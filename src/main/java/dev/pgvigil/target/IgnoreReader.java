package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads which findings are ignored, why and until when.
 *
 * @param checks names of all checks
 * @param fleet the rules of the fleet, which apply to each target besides its own
 */
record IgnoreReader(Set<String> checks, List<IgnoreRule> fleet) {

    private static final int MAX_ENTRIES = 500;
    private static final int MAX_LENGTH = 200;
    private static final Glob ANY = new Glob("*");

    /** The rules of the fleet and those of this place. */
    List<IgnoreRule> read(Node list) {
        List<Node> items = list.items();
        if (items.size() > MAX_ENTRIES) {
            list.problem("holds " + items.size() + " entries; at most " + MAX_ENTRIES + " are possible");
            return fleet;
        }
        List<IgnoreRule> rules = new ArrayList<>(fleet);
        for (Node item : items) {
            Glob finding = key(item);
            String database = bounded(
                    item.doc("Only in databases with these names, with * and ?; without it in all"), "database");
            String reason = bounded(item.doc("Reason, shown with the ignored finding"), "reason");
            Instant until = until(item);
            if (!item.mistaken() && finding == null) {
                item.problem("needs finding: the key of the findings that are ignored, such as indexes/unused");
            }
            if (!item.mistaken() && reason == null) {
                item.problem("needs a reason: it is shown with the ignored finding");
            }
            if (!item.mistaken() && until == null) {
                item.problem("needs until: the last day on which the finding is ignored, such as 2027-03-31");
            }
            if (finding != null && reason != null && until != null) {
                rules.add(new IgnoreRule(finding, database == null ? ANY : new Glob(database), reason, until));
            }
        }
        return List.copyOf(rules);
    }

    private @Nullable Glob key(Node item) {
        String text = bounded(item.doc("Key of the ignored findings, with * and ?"), "finding");
        if (text == null) {
            return null;
        }
        Glob check = new Glob(text.substring(0, Math.max(0, text.indexOf('/'))));
        if (text.indexOf('/') < 0) {
            item.child("finding").problem("must be a check, a slash and the rest of the key: indexes/unused");
        } else if (checks.stream().noneMatch(check::matches)) {
            item.child("finding").problem("no check is named " + item.shown(check.pattern()));
        }
        return new Glob(text);
    }

    private static @Nullable Instant until(Node item) {
        Node place = item.doc("Last day, in UTC, on which they are ignored").child("until");
        String text = place.text();
        if (text == null) {
            return null;
        }
        try {
            return LocalDate.parse(text)
                    .plusDays(1)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant();
        } catch (DateTimeParseException e) {
            place.problem("must be a day such as 2027-03-31, not " + item.shown(text));
            return null;
        }
    }

    private static @Nullable String bounded(Node item, String key) {
        String text = item.string(key);
        if (text != null && (text.isBlank() || text.length() > MAX_LENGTH)) {
            item.child(key).problem("must have 1 to " + MAX_LENGTH + " characters");
        }
        return text;
    }
}
