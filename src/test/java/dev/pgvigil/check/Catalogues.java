package dev.pgvigil.check;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;

/** Catalogues of selected checks, and of all checks. */
public final class Catalogues {

    private Catalogues() {}

    public static Catalogue of(Check<?>... checks) {
        return new Catalogue(List.of(checks));
    }

    /** Every check of the product, found by type, as in the product. */
    public static List<Check<?>> all() {
        JavaClasses product = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.pgvigil");
        return all(Check.class, product).stream().<Check<?>>map(check -> check).toList();
    }

    /** Every implementation of a type in the product. */
    public static <T> List<T> all(Class<T> type) {
        return all(
                type,
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.pgvigil"));
    }

    private static Object made(Class<?> type, JavaClasses product) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructors()[0];
            constructor.setAccessible(true);
            return constructor.newInstance(Arrays.stream(constructor.getGenericParameterTypes())
                    .map(parameter -> argument(parameter, product))
                    .toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + " cannot be made", e);
        }
    }

    /** As the container injects it: a bean, or a list of all beans of a type. */
    private static Object argument(Type parameter, JavaClasses product) {
        if (parameter instanceof ParameterizedType list && list.getRawType().equals(List.class)) {
            return all((Class<?>) list.getActualTypeArguments()[0], product);
        }
        return made((Class<?>) parameter, product);
    }

    private static <T> List<T> all(Class<T> type, JavaClasses product) {
        return product.stream()
                .filter(found -> found.isAssignableTo(type)
                        && !found.isInterface()
                        && !found.getModifiers().contains(JavaModifier.ABSTRACT))
                .map(found -> type.cast(made(found.reflect(), product)))
                .toList();
    }
}
