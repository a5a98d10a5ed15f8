package dev.pgvigil.demo;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** What the demo tells, one line a time. */
final class Console {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private static volatile boolean done;

    private Console() {}

    /** The last line: what still happens while everything ends is not told. */
    static void last(String who, String what) {
        line(who, what);
        done = true;
    }

    static void line(String who, String what) {
        say(LocalTime.now(ZoneId.systemDefault()).format(TIME) + "  %-8s %s".formatted(who, what));
    }

    static void say(String text) {
        if (!done) {
            System.out.println(text);
        }
    }
}
