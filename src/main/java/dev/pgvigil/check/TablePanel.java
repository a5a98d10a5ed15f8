package dev.pgvigil.check;

import io.quarkus.qute.TemplateInstance;

/**
 * A panel that is one table.
 *
 * @param <O> the observation of the check
 */
public abstract class TablePanel<O> implements Panel<O> {

    private final Tab tab;
    private final String id;
    private final String title;
    private final String check;
    private final Class<O> type;

    protected TablePanel(Tab tab, String id, String title, String check, Class<O> type) {
        this.tab = tab;
        this.id = id;
        this.title = title;
        this.check = check;
        this.type = type;
    }

    protected abstract PanelTable table(O observed);

    @Override
    public final Tab tab() {
        return tab;
    }

    @Override
    public final String id() {
        return id;
    }

    @Override
    public final String title() {
        return title;
    }

    @Override
    public final String check() {
        return check;
    }

    @Override
    public final Class<O> type() {
        return type;
    }

    @Override
    public final TemplateInstance content(O observed, String api) {
        return table(observed).render();
    }
}
