package dev.pgvigil.check;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One row of a finding's evidence. */
public final class EvidenceRow {

    /** The most rows that a finding carries. */
    public static final int MOST = 10;

    private EvidenceRow() {}

    /**
     * A row in this order, without null values.
     *
     * @param namesAndValues name, value, name, value, …
     */
    public static Map<String, Object> of(@Nullable Object... namesAndValues) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            Object value = namesAndValues[i + 1];
            if (value != null) {
                row.put(String.valueOf(namesAndValues[i]), value);
            }
        }
        return row;
    }
}
