package dev.pgvigil.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The results of one benchmark: tables for people, figures for machines, and goals compared with figures. */
final class Result {

    /** A goal and its result. */
    record Wish(String wish, String measured, boolean met) {}

    /** A table whose cells are Markdown. */
    record Table(List<String> head, List<List<String>> rows) {

        Table {
            head = List.copyOf(head);
            rows = List.copyOf(rows);
        }
    }

    private final List<Table> tables = new ArrayList<>();
    private final List<Wish> wishes = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<String, Object> figures = new LinkedHashMap<>();

    List<Table> tables() {
        return tables;
    }

    List<Wish> wishes() {
        return wishes;
    }

    List<String> notes() {
        return notes;
    }

    Map<String, Object> figures() {
        return figures;
    }

    void table(List<String> head, List<List<String>> rows) {
        tables.add(new Table(head, rows));
    }

    void figure(String name, Object value) {
        figures.put(name, value);
    }

    /** Compares a figure with its maximum. */
    void atMost(String wish, double figure, double most, String unit) {
        wishes.add(new Wish(wish, number(figure) + " " + unit, figure <= most));
    }

    /** The conditions of the measurement, for the reader. */
    void note(String text) {
        notes.add(text);
    }

    /** Rounds to three significant digits. */
    static String number(double value) {
        int digits = value >= 100 || value == 0 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
