package dev.pgvigil.telemetry.log;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.ExtLogRecord.FormatStyle;
import org.jboss.logmanager.formatters.PatternFormatter;

/**
 * Stands before the console: every line goes through {@link Redaction}, and libraries that repeat themselves, as they do
 * while a server is lost, are kept {@link LogRateLimiter}. Never throws.
 */
@LoggingFilter(name = "pgvigil")
public final class LogFilter implements Filter {

    private static final String OWN = "dev.pgvigil";
    private static final int LINES_PER_MINUTE = 20;

    private static final ExtFormatter MESSAGE = new PatternFormatter("%m");

    private final LogRateLimiter quiet = new LogRateLimiter(LINES_PER_MINUTE);

    @Override
    public boolean isLoggable(LogRecord record) {
        if (!(record instanceof ExtLogRecord line)) {
            return true;
        }
        int leftOut = leftOut(line);
        if (leftOut == LogRateLimiter.SILENT) {
            return false;
        }
        line.setLevel(level(line.getLevel()));
        String message = Redaction.of(String.valueOf(MESSAGE.formatMessage(line)));
        line.setMessage(
                leftOut == 0 ? message : message + " (" + leftOut + " more were not logged)", FormatStyle.NO_FORMAT);
        if (line.getThrown() != null) {
            line.setThrown(RedactedException.of(line.getThrown()));
        }
        return true;
    }

    /** One name for one level, whichever logger a library has. */
    private static Level level(Level level) {
        if (level.equals(Level.WARNING)) {
            return org.jboss.logmanager.Level.WARN;
        }
        return level.equals(Level.SEVERE) ? org.jboss.logmanager.Level.ERROR : level;
    }

    private int leftOut(ExtLogRecord line) {
        String logger = String.valueOf(line.getLoggerName());
        return logger.startsWith(OWN) || line.getLevel().intValue() < Level.WARNING.intValue()
                ? 0
                : quiet.ask(logger, System.nanoTime());
    }
}
