package dev.pgvigil.api;

import static java.util.stream.Collectors.joining;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Singleton;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The methods that the resource at a path supports: a 405 must list them, and the server does not. */
@Singleton
final class AllowedMethods {

    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]*}");

    private static final Set<String> READ = Set.of("GET", "HEAD");

    private static final String FILES = "/META-INF/resources";

    // A directory has no extension; no segment of a path is empty or begins with a dot.
    private static final Pattern FILE = Pattern.compile("(?!.*/[./])/[A-Za-z0-9._/-]+\\.[a-z0-9]+");

    /** Redirected by a separate route. */
    private static final String ICON = "/favicon.ico";

    private final BeanManager beans;
    private volatile @Nullable List<Route> known;

    private record Route(Pattern path, String method) {}

    AllowedMethods(BeanManager beans) {
        this.beans = beans;
    }

    /** True if the path exists but does not support the method. */
    boolean refuse(String method, String path) {
        Set<String> allowed = allowed(path);
        return !allowed.isEmpty() && !allowed.contains(method);
    }

    /** The value of the header Allow. */
    String at(String path) {
        return String.join(", ", allowed(path));
    }

    /** Empty if the path does not exist. */
    private SortedSet<String> allowed(String path) {
        SortedSet<String> methods = new TreeSet<>();
        if (path.equals(ICON) || (FILE.matcher(path).matches() && getClass().getResource(FILES + path) != null)) {
            methods.addAll(READ);
        }
        for (Route route : routes()) {
            if (route.path().matcher(path).matches()) {
                methods.add("OPTIONS");
                methods.addAll(route.method().equals("GET") ? READ : Set.of(route.method()));
            }
        }
        return methods;
    }

    /** Created on first use: reading annotations is slow and must not delay the start. */
    private List<Route> routes() {
        List<Route> routes = known;
        if (routes == null) {
            routes = beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                    .map(bean -> bean.getBeanClass())
                    .filter(type -> type.isAnnotationPresent(Path.class))
                    .flatMap(type -> Arrays.stream(type.getMethods()))
                    .flatMap(AllowedMethods::routes)
                    .toList();
            known = routes;
        }
        return routes;
    }

    private static Stream<Route> routes(Method method) {
        for (Annotation annotation : method.getAnnotations()) {
            HttpMethod verb = annotation.annotationType().getAnnotation(HttpMethod.class);
            if (verb != null) {
                return Stream.of(new Route(path(method), verb.value()));
            }
        }
        return Stream.empty();
    }

    private static Pattern path(Method method) {
        Path under = method.getAnnotation(Path.class);
        String template = method.getDeclaringClass().getAnnotation(Path.class).value() + "/"
                + (under == null ? "" : under.value());
        String regex = Stream.of(template.split("/"))
                .filter(segment -> !segment.isEmpty())
                .map(segment -> PARAMETER.matcher(segment).matches() ? "[^/]+" : Pattern.quote(segment))
                .collect(joining("/", "/", "/?"));
        return Pattern.compile(regex);
    }
}
