package dev.pgvigil.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.jandex.Index;
import org.jboss.jandex.Indexer;

/** Catalogues of selected checks, and of all checks. */
public final class Catalogues {

    private Catalogues() {}

    public static Catalogue of(Check<?>... checks) {
        return new Catalogue(List.of(checks));
    }

    /** Every check of the product, found by type, as in the product. */
    public static List<Check<?>> all() {
        return all(Check.class).stream().<Check<?>>map(check -> check).toList();
    }

    /** Every implementation of a type in the product. */
    public static <T> List<T> all(Class<T> type) {
        return Product.INDEX.getAllKnownImplementations(type).stream()
                .filter(found -> !found.isInterface() && !Modifier.isAbstract(found.flags()))
                .map(found -> found.name().toString())
                .sorted()
                .map(name -> type.cast(made(loaded(name))))
                .toList();
    }

    /** What the product has; read once, as that takes a while. */
    private static final class Product {

        static final Index INDEX = index();

        private static Index index() {
            Indexer indexer = new Indexer();
            try (Stream<Path> files = Files.walk(Path.of("target/classes/dev/pgvigil"))) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".class")).toList()) {
                    try (InputStream in = Files.newInputStream(file)) {
                        indexer.index(in);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return indexer.complete();
        }
    }

    private static Class<?> loaded(String name) {
        try {
            return Class.forName(name, false, Catalogues.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object made(Class<?> type) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructors()[0];
            constructor.setAccessible(true);
            return constructor.newInstance(Arrays.stream(constructor.getGenericParameterTypes())
                    .map(Catalogues::argument)
                    .toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + " cannot be made", e);
        }
    }

    /** As the container injects it: a bean, or a list of all beans of a type. */
    private static Object argument(Type parameter) {
        if (parameter instanceof Class<?> type && type.isAssignableFrom(Catalogue.class)) {
            return new Catalogue(all());
        }
        return parameter instanceof ParameterizedType list && list.getRawType().equals(List.class)
                ? all((Class<?>) list.getActualTypeArguments()[0])
                : made((Class<?>) parameter);
    }
}
