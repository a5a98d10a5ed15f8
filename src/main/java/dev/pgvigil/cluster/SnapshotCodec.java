package dev.pgvigil.cluster;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeResolverBuilder;
import com.fasterxml.jackson.databind.jsontype.impl.StdTypeResolverBuilder;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Writes values for other replicas, and reads theirs: JSON of the components of records, compressed. Types need nothing for it: sealed
 * types are told apart by the names of their classes, and annotations for the API are ignored. Between replicas of different versions
 * unknown components are ignored and missing ones are null, so a value that cannot be read is an error of that value only.
 */
final class SnapshotCodec {

    /** Values that take more than this compressed are not shared. */
    static final int MOST_BYTES = 256 << 10;

    private static final int MOST_INFLATED = 8 << 20;

    private final ObjectMapper json = mapper();
    private final Map<String, JavaType> observations = new ConcurrentHashMap<>();

    SnapshotCodec(Catalogue catalogue) {
        for (Check<?> check : catalogue.checks()) {
            JavaType[] parameters =
                    json.getTypeFactory().findTypeParameters(json.constructType(check.getClass()), Check.class);
            observations.put(check.name(), parameters[0]);
        }
    }

    private static ObjectMapper mapper() {
        return JsonMapper.builder()
                .annotationIntrospector(new SealedTypes())
                .visibility(PropertyAccessor.ALL, JsonAutoDetect.Visibility.NONE)
                .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
                .visibility(PropertyAccessor.CREATOR, JsonAutoDetect.Visibility.ANY)
                .enable(MapperFeature.CAN_OVERRIDE_ACCESS_MODIFIERS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                // As numbers, times would lose their last digits.
                .disable(
                        SerializationFeature.WRITE_DATES_AS_TIMESTAMPS,
                        SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .addModule(new JavaTimeModule())
                .addModule(new Jdk8Module())
                .build();
    }

    byte[] write(Object value) throws IOException {
        return deflate(json.writeValueAsBytes(value));
    }

    <T> T read(byte[] bytes, Class<T> type) throws IOException {
        return json.readValue(inflate(bytes), type);
    }

    /** An observation of a check as a tree. */
    JsonNode observation(Object value, String check) throws IOException {
        try (TokenBuffer buffer = new TokenBuffer(json, false)) {
            json.writerFor(type(check)).writeValue(buffer, value);
            return json.readTree(buffer.asParser());
        }
    }

    /** The observation of a check from its tree. */
    Object observation(JsonNode tree, String check) throws IOException {
        return json.readerFor(type(check)).readValue(tree);
    }

    private JavaType type(String check) throws IOException {
        JavaType type = observations.get(check);
        if (type == null) {
            throw new IOException("no check " + check);
        }
        return type;
    }

    private static byte[] deflate(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(bytes);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream(Math.max(64, bytes.length / 3));
            byte[] buffer = new byte[4096];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static byte[] inflate(byte[] bytes) throws IOException {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(bytes);
            ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length * 4);
            byte[] buffer = new byte[4096];
            while (!inflater.finished()) {
                int read = inflater.inflate(buffer);
                if (read == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new IOException("truncated");
                }
                if (out.size() + read > MOST_INFLATED) {
                    throw new IOException("larger than " + MOST_INFLATED + " bytes");
                }
                out.write(buffer, 0, read);
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new IOException(e);
        } finally {
            inflater.end();
        }
    }

    /** No annotations, and the name of the class where a type is sealed. */
    private static final class SealedTypes extends NopAnnotationIntrospector {

        private static final long serialVersionUID = 1;

        @Override
        public @Nullable TypeResolverBuilder<?> findTypeResolver(
                MapperConfig<?> config, AnnotatedClass annotated, JavaType base) {
            return base.getRawClass().isSealed()
                    ? new StdTypeResolverBuilder()
                            .init(JsonTypeInfo.Id.NAME, null)
                            .inclusion(JsonTypeInfo.As.PROPERTY)
                            .typeProperty("@type")
                    : null;
        }

        @Override
        public @Nullable List<NamedType> findSubtypes(Annotated annotated) {
            Class<?>[] permitted = annotated.getRawType().getPermittedSubclasses();
            return permitted == null
                    ? null
                    : Arrays.stream(permitted)
                            .map(type -> new NamedType(type, type.getSimpleName()))
                            .toList();
        }
    }
}
