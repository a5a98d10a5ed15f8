package dev.pgvigil.telemetry.log;

import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.logging.json.runtime.JsonFormatter;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.logging.Handler;
import org.jboss.logmanager.ExtLogRecord;

/** Adds the ids of trace, span and request, and the name of the caller, to each line of the JSON log, and formats exceptions as Java does. */
@Singleton
final class JsonLines {

    void install(@Observes @Priority(1) StartupEvent event) {
        for (Handler handler : InitialConfigurator.DELAYED_HANDLER.getHandlers()) {
            if (handler.getFormatter() instanceof JsonFormatter plain) {
                handler.setFormatter(new Flat(plain));
            }
        }
    }

    private static final class Flat extends JsonFormatter {

        private static final Map<String, String> FIELDS =
                Map.of("trace_id", "traceId", "span_id", "spanId", "request_id", "request_id", "user", "user");

        Flat(JsonFormatter plain) {
            super(plain.getKeyOverrides(), plain.getExcludedKeys(), plain.getAdditionalFields());
            setExceptionOutputType(ExceptionOutputType.FORMATTED);
            setZoneId("UTC");
        }

        // The default begins with the colon that separates it from the message in a text line.
        @Override
        protected boolean isFormattedExceptionOutputType() {
            return false;
        }

        @Override
        protected void after(Generator generator, ExtLogRecord line) throws Exception {
            super.after(generator, line);
            if (line.getThrown() != null) {
                StringWriter trace = new StringWriter();
                line.getThrown().printStackTrace(new PrintWriter(trace));
                generator.add(getKey(Key.STACK_TRACE), trace.toString());
            }
            for (Map.Entry<String, String> field : FIELDS.entrySet()) {
                String value = line.getMdc(field.getValue());
                if (value != null && !value.isEmpty()) {
                    generator.add(field.getKey(), Redaction.of(value));
                }
            }
        }
    }
}
