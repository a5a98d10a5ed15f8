package dev.pgvigil.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Random;

/** The work of clients in the database {@code shop}, always as one tenant. */
final class Shop {

    private static final int TENANTS = 40;
    private static final String[] WORDS = {"Cake", "Flowers", "Band", "Photographs", "Candles", "Wine"};

    private Shop() {}

    /** Searches for products. */
    static void search(Connection connection, Random random) throws SQLException {
        become(connection, random);
        try (PreparedStatement query = connection.prepareStatement(
                "select id, title, price_cents from products where title like ? and stock > 0 order by price_cents limit 20")) {
            query.setString(1, WORDS[random.nextInt(WORDS.length)] + "%");
            Rows.read(query);
        }
    }

    /** Reads the vendor's bestsellers. */
    static void bestsellers(Connection connection, Random random) throws SQLException {
        become(connection, random);
        try (PreparedStatement query = connection.prepareStatement("""
                select p.title, sum(i.quantity) as sold
                from orders o join order_items i on i.order_id = o.id join products p on p.id = i.product_id
                where o.placed_at > now() - interval '7 days'
                group by p.id order by sold desc limit 10""")) {
            Rows.read(query);
        }
    }

    /** Places an order and deletes the vendor's oldest one, so that the table does not grow. */
    static void order(Connection connection, Random random) throws SQLException {
        int tenant = become(connection, random);
        long order;
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into orders (tenant_id, customer_id)
                select tenant_id, id from customers offset ? limit 1 returning id""")) {
            insert.setInt(1, random.nextInt(200));
            try (ResultSet rows = insert.executeQuery()) {
                rows.next();
                order = rows.getLong(1);
            }
        }
        try (PreparedStatement items = connection.prepareStatement("""
                insert into order_items (order_id, product_id, tenant_id, quantity)
                select ?, id, tenant_id, 1 from products where tenant_id = ? offset ? limit 3""")) {
            items.setLong(1, order);
            items.setInt(2, tenant);
            items.setInt(3, random.nextInt(150));
            items.executeUpdate();
        }
        Rows.update(connection, "delete from orders where id = (select id from orders order by placed_at limit 1)");
    }

    private static int become(Connection connection, Random random) throws SQLException {
        int tenant = 1 + random.nextInt(TENANTS);
        try (PreparedStatement set = connection.prepareStatement("select set_config('app.tenant', ?, true)")) {
            set.setString(1, String.valueOf(tenant));
            Rows.read(set);
        }
        return tenant;
    }
}
