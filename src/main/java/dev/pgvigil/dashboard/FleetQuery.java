package dev.pgvigil.dashboard;

import org.jspecify.annotations.Nullable;

/**
 * The filter, order and page of the fleet that a user requests.
 *
 * @param page from 1; may be beyond the end
 */
record FleetQuery(FleetFilter filter, FleetOrder order, int page) {

    /** Invalid parameters are ignored: a user should see the fleet, not an error in a URL. */
    static FleetQuery of(FleetFilter filter, @Nullable String sort, @Nullable String page) {
        FleetOrder order = TextFormat.constant(FleetOrder.class, sort);
        // Nine digits always fit into an int.
        int number = page != null && page.matches("[0-9]{1,9}") ? Integer.parseInt(page) : 1;
        return new FleetQuery(filter, order == null ? FleetOrder.STATUS : order, Math.max(1, number));
    }

    /** Starts at the first page, because other pages may no longer exist. */
    FleetQuery with(FleetFilter other) {
        return new FleetQuery(other, order, 1);
    }

    FleetQuery with(FleetOrder other) {
        return new FleetQuery(filter, other, 1);
    }

    FleetQuery at(int other) {
        return new FleetQuery(filter, order, other);
    }

    /** The URL of this query. */
    String href() {
        return Href.to("/")
                .with("q", filter.text())
                .with("status", filter.status() == null ? null : TextFormat.lower(filter.status()))
                .with("region", filter.region())
                .with("sort", order == FleetOrder.STATUS ? null : TextFormat.lower(order))
                .with("page", page == 1 ? null : Integer.toString(page))
                .toString();
    }
}
