package dev.pgvigil.api;

import static java.util.stream.Collectors.toMap;

import dev.pgvigil.http.Query;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Rejects query parameters that a resource does not declare: a misspelt filter must not return the whole fleet to a program.
 * Pages ignore unknown parameters, because other services add parameters to links. Probes ignore them too, because some send
 * {@code ?verbose}, and a 400 would restart a Pod.
 */
@Singleton
final class StrictParameters {

    private static final String PROBES = "/health";

    // One entry per resource method.
    private final Map<Method, Map<String, Boolean>> known = new ConcurrentHashMap<>();

    @ServerRequestFilter
    void check(ResourceInfo resource, UriInfo uri) {
        @Nullable Method method = resource.getResourceMethod();
        if (method == null
                || uri.getQueryParameters().isEmpty()
                || uri.getPath().startsWith(PROBES)
                || forPeople(method)) {
            return;
        }
        Query.strict(uri.getQueryParameters(), known.computeIfAbsent(method, StrictParameters::parameters));
    }

    private static boolean forPeople(Method method) {
        @Nullable Produces own = method.getAnnotation(Produces.class);
        @Nullable Produces produces = own == null ? method.getDeclaringClass().getAnnotation(Produces.class) : own;
        return produces != null && List.of(produces.value()).contains(MediaType.TEXT_HTML);
    }

    /** The parameters that a method declares; true if a parameter may be repeated. */
    private static Map<String, Boolean> parameters(Method method) {
        return Arrays.stream(method.getParameters())
                .filter(parameter -> parameter.isAnnotationPresent(RestQuery.class))
                .collect(toMap(
                        parameter -> {
                            String name =
                                    parameter.getAnnotation(RestQuery.class).value();
                            return name.isEmpty() ? parameter.getName() : name;
                        },
                        parameter -> Collection.class.isAssignableFrom(parameter.getType()),
                        (first, second) -> first,
                        TreeMap::new));
    }
}
