package dev.pgvigil.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;

/** Reads JSON bodies strictly: unknown fields and wrong types are refused with the field. */
@Singleton
public class JsonBody {

    private final ObjectMapper mapper;

    public JsonBody(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** Throws a {@link ProblemException} if the text is not such an object. */
    public <T> T read(String text, Class<T> type) {
        try {
            T value = mapper.readerFor(type)
                    .with(
                            DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                            DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readValue(text);
            if (value == null) {
                throw ProblemException.badRequest("the body is null; allowed: a JSON object");
            }
            return value;
        } catch (UnrecognizedPropertyException unknown) {
            throw ProblemException.badRequest("the body has the unknown field \""
                    + Query.shown(unknown.getPropertyName()) + "\"; known: "
                    + unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", ")));
        } catch (JsonMappingException wrong) {
            throw ProblemException.badRequest("the field " + path(wrong) + " of the body has a wrong type or value");
        } catch (JsonProcessingException malformed) {
            throw ProblemException.badRequest("the body is not JSON: error at line "
                    + malformed.getLocation().getLineNr() + ", column "
                    + malformed.getLocation().getColumnNr());
        }
    }

    private static String path(JsonMappingException wrong) {
        return wrong.getPath().stream()
                .map(step ->
                        step.getFieldName() == null ? "[" + step.getIndex() + "]" : Query.shown(step.getFieldName()))
                .collect(Collectors.joining("."));
    }
}
