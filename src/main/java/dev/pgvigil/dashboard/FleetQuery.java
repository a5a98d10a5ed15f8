package dev.pgvigil.dashboard;

import org.jspecify.annotations.Nullable;

/**
 * Which part of the fleet a person wants to see, and in which order.
 *
 * @param page counted from 1; may lie beyond the end
 */
record FleetQuery(FleetFilter filter, FleetOrder order, int page) {

    /** What makes no sense is as if it were not there: a person should see the fleet, not a mistake in an address. */
    static FleetQuery of(FleetFilter filter, @Nullable String sort, @Nullable String page) {
        FleetOrder order = TextFormat.constant(FleetOrder.class, sort);
        // Nine digits always fit an int.
        int number = page != null && page.matches("[0-9]{1,9}") ? Integer.parseInt(page) : 1;
        return new FleetQuery(filter, order == null ? FleetOrder.STATUS : order, Math.max(1, number));
    }

    /** From the first page, for what was on another may be gone. */
    FleetQuery with(FleetFilter other) {
        return new FleetQuery(other, order, 1);
    }

    FleetQuery with(FleetOrder other) {
        return new FleetQuery(filter, other, 1);
    }

    FleetQuery at(int other) {
        return new FleetQuery(filter, order, other);
    }

    /** The address of the fleet so chosen. */
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
