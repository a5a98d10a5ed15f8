package dev.pgvigil.api;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.RecordComponentInfo;
import org.jspecify.annotations.Nullable;

/** What records say of their JSON beyond what the scanner of annotations sees: every field is there, some are null. */
final class RecordSchemas {

    private static final String OURS = "dev.pgvigil.";
    private static final DotName NULLABLE = DotName.createSimple("org.jspecify.annotations.Nullable");
    private static final DotName SCHEMA =
            DotName.createSimple("org.eclipse.microprofile.openapi.annotations.media.Schema");

    // Nullable fields by the name of the schema; a record that names its schema wins over one that happens to be called
    // so.
    private final Map<String, Set<String>> nullable = new HashMap<>();
    // Schemas of enums that say themselves how they are written.
    private final Set<String> written = new HashSet<>();

    RecordSchemas(IndexView index) {
        for (boolean named : new boolean[] {false, true}) {
            index.getKnownClasses().stream()
                    .filter(type -> type.isRecord() && type.name().toString().startsWith(OURS))
                    .filter(type -> named == (name(type) != null))
                    .forEach(this::read);
        }
        index.getKnownClasses().stream()
                .filter(type -> type.isEnum() && type.name().toString().startsWith(OURS))
                .filter(type -> of(type, "enumeration") != null)
                .forEach(type -> written.add(called(type)));
    }

    private void read(ClassInfo type) {
        Set<String> fields = new HashSet<>();
        for (RecordComponentInfo component : type.recordComponents()) {
            if (component.type().hasAnnotation(NULLABLE)) {
                fields.add(PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.name()));
            }
        }
        nullable.put(called(type), fields);
    }

    private static @Nullable String name(ClassInfo type) {
        AnnotationValue name = of(type, "name");
        return name == null ? null : name.asString();
    }

    private static @Nullable AnnotationValue of(ClassInfo type, String value) {
        AnnotationInstance schema = type.declaredAnnotation(SCHEMA);
        return schema == null ? null : schema.value(value);
    }

    private static String called(ClassInfo type) {
        String name = name(type);
        return name == null ? type.simpleName() : name;
    }

    void complete(String name, Schema schema) {
        if (schema.getEnumeration() != null && !written.contains(name)) {
            schema.setEnumeration(lower(schema.getEnumeration()));
        }
        Map<String, Schema> properties = schema.getProperties();
        if (properties == null) {
            return;
        }
        schema.setRequired(new ArrayList<>(properties.keySet()));
        for (String field : nullable.getOrDefault(name, Set.of())) {
            Schema property = properties.get(field);
            if (property != null) {
                schema.addProperty(field, orNull(property));
            }
        }
    }

    private static Schema orNull(Schema schema) {
        if (schema.getRef() == null) {
            return schema.addType(SchemaType.NULL);
        }
        return OASFactory.createSchema()
                .description(schema.getDescription())
                .addAnyOf(OASFactory.createSchema().ref(schema.getRef()))
                .addAnyOf(OASFactory.createSchema().addType(SchemaType.NULL));
    }

    private static List<Object> lower(List<Object> constants) {
        return constants.stream()
                .<Object>map(constant -> String.valueOf(constant).toLowerCase(Locale.ROOT))
                .toList();
    }
}
