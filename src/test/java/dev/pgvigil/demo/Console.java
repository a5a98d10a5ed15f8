package dev.pgvigil.demo;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** What the demo tells, one line a time. */
final class Console {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private Console() {}

    static void line(String who, String what) {
        say(LocalTime.now(ZoneId.systemDefault()).format(TIME) + "  %-8s %s".formatted(who, what));
    }

    static void say(String text) {
        System.out.println(text);
    }
}
