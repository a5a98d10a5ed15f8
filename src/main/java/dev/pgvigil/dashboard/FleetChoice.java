package dev.pgvigil.dashboard;

import org.jspecify.annotations.Nullable;

/**
 * Which part of the fleet a person wants to see, and in which order.
 *
 * @param page counted from 1; may lie beyond the end
 */
record FleetChoice(FleetFilter filter, FleetOrder order, int page) {

    /** What makes no sense is as if it were not there: a person should see the fleet, not a mistake in an address. */
    static FleetChoice of(FleetFilter filter, @Nullable String sort, @Nullable String page) {
        FleetOrder order = Wording.constant(FleetOrder.class, sort);
        // Nine digits always fit an int.
        int number = page != null && page.matches("[0-9]{1,9}") ? Integer.parseInt(page) : 1;
        return new FleetChoice(filter, order == null ? FleetOrder.STATUS : order, Math.max(1, number));
    }

    /** From the first page, for what was on another may be gone. */
    FleetChoice with(FleetFilter other) {
        return new FleetChoice(other, order, 1);
    }

    FleetChoice with(FleetOrder other) {
        return new FleetChoice(filter, other, 1);
    }

    FleetChoice at(int other) {
        return new FleetChoice(filter, order, other);
    }

    /** The address of the fleet so chosen. */
    String href() {
        return Href.to("/")
                .with("q", filter.text())
                .with("status", filter.status() == null ? null : Wording.lower(filter.status()))
                .with("region", filter.region())
                .with("sort", order == FleetOrder.STATUS ? null : Wording.lower(order))
                .with("page", page == 1 ? null : Integer.toString(page))
                .toString();
    }
}
