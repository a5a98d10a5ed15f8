package dev.pgvigil.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;

/** Records what a package logs, until closed. */
public final class CapturedLog extends Handler implements AutoCloseable {

    private static final PatternFormatter WHOLE = new PatternFormatter("%s %e");

    private final List<String> lines = new CopyOnWriteArrayList<>();

    private final Logger logger;

    /** Starts to record the loggers of a package. */
    public CapturedLog(String name) {
        logger = Logger.getLogger(name);
        logger.addHandler(this);
    }

    public List<String> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord entry) {
        lines.add(WHOLE.format(entry));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
