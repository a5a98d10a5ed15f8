package dev.pgvigil.check;

import io.quarkus.qute.TemplateInstance;

/**
 * A part of a database's page that shows the observation of one check. An implementation is a {@code @Singleton} beside its
 * check, found by its type, with a template in {@code templates/} under the name of its area. The page adds the heading, the
 * age of the observation, and the reason if there is no newer one.
 *
 * @param <O> the observation of the check
 */
public interface Panel<O> {

    Tab tab();

    /** Unique in the page, kebab-case. */
    String id();

    String title();

    /** Name of the check whose observation it shows. */
    String check();

    Class<O> type();

    /**
     * Renders the latest observation.
     *
     * @param api address of the observation in the API
     */
    TemplateInstance content(O observed, String api);
}
