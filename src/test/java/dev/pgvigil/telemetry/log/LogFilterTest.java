package dev.pgvigil.telemetry.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.ExtLogRecord.FormatStyle;
import org.junit.jupiter.api.Test;

class LogFilterTest {

    private final LogFilter filter = new LogFilter();

    @Test
    void redactsParametersOfMessages() {
        ExtLogRecord line = line(Level.INFO, "cannot reach %s", "dev.pgvigil.target");
        line.setParameters(new Object[] {"postgresql://u:hunter2@db1/shop"});

        assertThat(filter.isLoggable(line)).isTrue();
        assertThat(shown(line)).isEqualTo("cannot reach postgresql://u:***@db1/shop");
    }

    @Test
    void doesNotFormatPercentSignsInValues() {
        ExtLogRecord line = line(Level.INFO, "database %s", "dev.pgvigil.target");
        line.setParameters(new Object[] {"%s%n{0}"});

        assertThat(filter.isLoggable(line)).isTrue();
        assertThat(shown(line)).isEqualTo("database %s%n{0}");
    }

    @Test
    void redactsCausesAndSuppressedExceptions() {
        Exception suppressed = new IllegalStateException("password=hunter2");
        Exception cause = new IllegalArgumentException("Key (email)=(hunter2) already exists.");
        Exception thrown = new RuntimeException("select * from x where y = 'hunter2'", cause);
        cause.addSuppressed(suppressed);
        ExtLogRecord line = line(Level.SEVERE, "failed", "dev.pgvigil.check");
        line.setThrown(thrown);

        assertThat(filter.isLoggable(line)).isTrue();
        StringWriter trace = new StringWriter();
        line.getThrown().printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString())
                .doesNotContain("hunter2")
                .contains(
                        "java.lang.RuntimeException: select",
                        "Caused by: java.lang.IllegalArgumentException: Key (email)")
                .contains("Suppressed: java.lang.IllegalStateException: password=***")
                .contains("at " + LogFilterTest.class.getName() + ".redactsCausesAndSuppressedExceptions");
    }

    @Test
    void terminatesOnCyclicExceptions() {
        Exception one = new IllegalStateException("one");
        Exception two = new IllegalStateException("two", one);
        one.initCause(two);
        ExtLogRecord line = line(Level.SEVERE, "failed", "dev.pgvigil.check");
        line.setThrown(one);

        assertThat(filter.isLoggable(line)).isTrue();
        assertThat(line.getThrown().getCause()).hasToString("java.lang.IllegalStateException: two");
        assertThat(line.getThrown().getCause()).hasNoCause();
    }

    @Test
    void namesExceptionWhoseMethodsThrow() {
        ExtLogRecord line = line(Level.SEVERE, "failed", "dev.pgvigil.check");
        line.setThrown(new Speechless());

        assertThat(filter.isLoggable(line)).isTrue();
        assertThat(line.getThrown()).hasToString(Speechless.class.getName());
    }

    @Test
    void limitsLinesOfLibraries() {
        int shown = 0;
        for (int i = 0; i < 1_000; i++) {
            shown += filter.isLoggable(line(Level.WARNING, "Connection reset by peer", "io.netty.channel")) ? 1 : 0;
        }

        assertThat(shown).isBetween(1, 50);
        assertThat(filter.isLoggable(line(Level.INFO, "started", "io.netty.channel")))
                .isTrue();
        assertThat(filter.isLoggable(line(Level.WARNING, "disk full", "io.quarkus")))
                .isTrue();
    }

    @Test
    void logsMessagesOfPgvigil() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(filter.isLoggable(line(Level.WARNING, "db" + i + " is lost", "dev.pgvigil.watch")))
                    .isTrue();
        }
    }

    @Test
    void unifiesNamesOfLevels() {
        ExtLogRecord line = line(Level.WARNING, "x", "io.quarkus");
        ExtLogRecord worse = line(Level.SEVERE, "x", "io.quarkus");

        assertThat(filter.isLoggable(line) && filter.isLoggable(worse)).isTrue();
        assertThat(line.getLevel()).hasToString("WARN");
        assertThat(worse.getLevel()).hasToString("ERROR");
    }

    @Test
    void passesRecordsOfOtherClasses() {
        assertThat(filter.isLoggable(new LogRecord(Level.INFO, "x"))).isTrue();
    }

    private static String shown(ExtLogRecord line) {
        return new org.jboss.logmanager.formatters.PatternFormatter("%m").format(line);
    }

    private static ExtLogRecord line(Level level, String message, String logger) {
        ExtLogRecord line = new ExtLogRecord(level, message, FormatStyle.PRINTF, LogFilterTest.class.getName());
        line.setLoggerName(logger);
        return line;
    }

    private static final class Speechless extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no words");
        }
    }
}
