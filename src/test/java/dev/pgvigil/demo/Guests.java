package dev.pgvigil.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Random;

/** The work of clients in the database {@code guests}. */
final class Guests {

    private static final int PARTIES = 800;

    private Guests() {}

    /** Reads a party's guest list. */
    static void list(Connection connection, Random random) throws SQLException {
        run(connection, "select name, meal, comes from guests where party_id = ? order by name", random, true);
    }

    /** A guest answers the invitation. */
    static void answer(Connection connection, Random random) throws SQLException {
        run(connection, """
                update guests set comes = not coalesce(comes, false)
                where id = (select min(id) from guests where party_id = ?)""", random, false);
    }

    private static void run(Connection connection, String sql, Random random, boolean reads) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, 1 + random.nextInt(PARTIES));
            if (reads) {
                Rows.read(statement);
            } else {
                statement.executeUpdate();
            }
        }
    }
}
