package dev.pgvigil.testing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.microprofile.context.spi.ContextManagerProvider;
import org.opentest4j.TestAbortedException;

/** Tests that mostly wait, on every major of this run at the same time. */
public final class Majors {

    static {
        // Two threads that are the first to use Mutiny would both set it.
        ContextManagerProvider.instance();
    }

    private Majors() {}

    /** A test on servers of one major, which are its own. */
    public interface OfMajor {
        void run(int major) throws Exception;
    }

    /** Runs the test on each major; fails with the first that failed, which has the others as suppressed. */
    public static void together(OfMajor test) throws InterruptedException {
        Map<Integer, Future<?>> running = new LinkedHashMap<>();
        AssertionError failed = null;
        try (ExecutorService workers = Executors.newCachedThreadPool()) {
            PgServer.majors()
                    .forEach(major -> running.put(major, workers.submit(() -> {
                        test.run(major);
                        return null;
                    })));
            for (Map.Entry<Integer, Future<?>> one : running.entrySet()) {
                try {
                    one.getValue().get();
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof TestAbortedException aborted) {
                        throw aborted;
                    }
                    AssertionError failure = new AssertionError("on PostgreSQL " + one.getKey(), e.getCause());
                    if (failed == null) {
                        failed = failure;
                    } else {
                        failed.addSuppressed(failure);
                    }
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
