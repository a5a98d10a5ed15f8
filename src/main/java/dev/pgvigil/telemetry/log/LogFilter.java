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
 * The filter of the console log: applies {@link Redaction} to every line and {@link LogRateLimiter} to libraries, which may
 * repeat messages while a server is unreachable. Never throws.
 */
@LoggingFilter(name = "pgvigil")
public final class LogFilter implements Filter {

    private static final String OWN = "dev.pgvigil";
    private static final int LINES_PER_MINUTE = 20;

    private static final ExtFormatter MESSAGE = new PatternFormatter("%m");

    private final LogRateLimiter limiter = new LogRateLimiter(LINES_PER_MINUTE);

    @Override
    public boolean isLoggable(LogRecord record) {
        if (!(record instanceof ExtLogRecord line)) {
            return true;
        }
        int suppressed = suppressed(line);
        if (suppressed == LogRateLimiter.SUPPRESS) {
            return false;
        }
        line.setLevel(level(line.getLevel()));
        String message = Redaction.of(String.valueOf(MESSAGE.formatMessage(line)));
        line.setMessage(
                suppressed == 0 ? message : message + " (" + suppressed + " more were not logged)",
                FormatStyle.NO_FORMAT);
        if (line.getThrown() != null) {
            line.setThrown(RedactedException.of(line.getThrown()));
        }
        return true;
    }

    /** The same name for a level, whichever logging API a library uses. */
    private static Level level(Level level) {
        if (level.equals(Level.WARNING)) {
            return org.jboss.logmanager.Level.WARN;
        }
        return level.equals(Level.SEVERE) ? org.jboss.logmanager.Level.ERROR : level;
    }

    private int suppressed(ExtLogRecord line) {
        String logger = String.valueOf(line.getLoggerName());
        return logger.startsWith(OWN) || line.getLevel().intValue() < Level.WARNING.intValue()
                ? 0
                : limiter.acquire(logger, System.nanoTime());
    }
}
