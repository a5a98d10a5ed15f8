package dev.pgvigil.state.view;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import dev.pgvigil.state.SteadyClock;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** Writes times of {@link SteadyClock}, which all times in answers are, to the millisecond and as they are to be shown. */
@Singleton
final class JsonTimes implements ObjectMapperCustomizer {

    /** After those that bring serializers of their own for times. */
    @Override
    public int priority() {
        return MINIMUM_PRIORITY;
    }

    @Override
    public void customize(ObjectMapper mapper) {
        mapper.registerModule(new SimpleModule().addSerializer(Instant.class, new Times()));
    }

    private static final class Times extends StdSerializer<Instant> {

        private static final long serialVersionUID = 1;
        private static final DateTimeFormatter FORMAT =
                new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

        Times() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(FORMAT.format(SteadyClock.shown(value)));
        }
    }
}
