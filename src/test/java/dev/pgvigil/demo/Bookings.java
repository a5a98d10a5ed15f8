package dev.pgvigil.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Random;

/** The work of clients in the database {@code bookings}. */
final class Bookings {

    private static final int VENUES = 60;
    private static final int DAYS = 400;

    private Bookings() {}

    /** Books a venue for a day if it is free, or cancels a booking. */
    static void book(Connection connection, Random random) throws SQLException {
        int venue = 1 + random.nextInt(VENUES);
        int day = 1 + random.nextInt(DAYS);
        change(connection, "update venues set booked = booked + 1 where id = ?", venue);
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into bookings (venue_id, day, party) values (?, current_date + ?, 'Walk-in')
                on conflict do nothing""")) {
            insert.setInt(1, venue);
            insert.setInt(2, day);
            insert.executeUpdate();
        }
        change(connection, "delete from bookings where party = 'Walk-in' and venue_id = ?", 1 + random.nextInt(VENUES));
    }

    /** Searches for venues that are free in a week. */
    static void free(Connection connection, Random random) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("""
                select v.id, v.name from venues v where not exists (
                    select from bookings b where b.venue_id = v.id and b.day between current_date + ? and current_date + ?)""")) {
            int day = random.nextInt(DAYS);
            query.setInt(1, day);
            query.setInt(2, day + 6);
            Rows.read(query);
        }
    }

    private static void change(Connection connection, String sql, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, id);
            statement.executeUpdate();
        }
    }
}
