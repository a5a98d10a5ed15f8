package dev.pgvigil.demo;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Prints the demo's output, line by line. */
final class Console {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private static volatile boolean done;

    private Console() {}

    /** The last line: events during shutdown are not printed. */
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
