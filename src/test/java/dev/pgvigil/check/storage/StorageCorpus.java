package dev.pgvigil.check.storage;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import dev.pgvigil.corpus.Workload;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** Faults of what a server writes to disk. */
final class StorageCorpus implements Corpus {

    private static final Map<String, String> SMALL_WAL = Map.of("max_wal_size", "32MB", "min_wal_size", "32MB");

    @Override
    public List<Fault> faults() {
        return List.of(
                Fault.of("checkpoint-storm", "checkpoints/storm", Status.DEGRADED)
                        .settings(SMALL_WAL)
                        .config("thresholds: { checkpoints: { storm: 3s } }")
                        .build(StorageCorpus::writeMuch)
                        .repair(StorageCorpus::resetWal),
                Fault.of("checkpoints-forced-by-wal", "checkpoints/requested", Status.HEALTHY)
                        .settings(SMALL_WAL)
                        .config("thresholds: { checkpoints: { requested: 3, window: 3s } }")
                        .build(StorageCorpus::writeMuch)
                        .repair(StorageCorpus::resetWal),
                Fault.of("checkpoint-sync-slow", "checkpoints/slow-sync", Status.DEGRADED)
                        .config("thresholds: { checkpoints: { sync: 1ms } }")
                        .build(scene -> {
                            scene.sql("create table orders (id int, note text)");
                            scene.repeat(1, connection -> {
                                execute(
                                        connection,
                                        "insert into orders select i, repeat('x', 500) from generate_series(1, 20000) i");
                                execute(connection, "checkpoint");
                            });
                        })
                        .repair(StorageCorpus::resetWal),
                Fault.of("corrupt-page", "checksums/failures", Status.DEGRADED)
                        .since(18)
                        .build(scene -> {
                            scene.sql("create table orders as select generate_series(1, 1000) as id");
                            corrupt(scene, "orders");
                            scene.background("select count(*) from orders");
                        })
                        .repair(scene -> scene.sql("drop table orders", "select pg_stat_reset()")),
                Fault.of("checksums-switched-off", "checksums/off", Status.HEALTHY)
                        .since(18)
                        .build(StorageCorpus::switchChecksumsOff)
                        .irreparable(),
                Fault.of("temporary-files-of-a-report", "temp-files/live", Status.DEGRADED)
                        .config("thresholds: { temp-files: { live: 1MB } }")
                        .build(scene -> {
                            Connection report = scene.connect("report");
                            report.setAutoCommit(false);
                            execute(report, "set work_mem = '64kB'");
                            execute(
                                    report,
                                    "declare c cursor for select i from generate_series(1, 500000) i order by i desc");
                            execute(report, "fetch 1 from c");
                        }),
                Fault.of("temporary-files-written", "temp-files/hourly", Status.HEALTHY)
                        .config("thresholds: { temp-files: { hourly: 1MB } }")
                        .build(
                                scene -> scene.sql(
                                        "set work_mem = '64kB'; select count(*) from (select i from generate_series(1, 500000) i order by i desc) s"))
                        .repair(scene -> scene.sql("select pg_stat_reset()")),
                Fault.of("cache-too-small", "io/cache", Status.HEALTHY)
                        .settings(Map.of("shared_buffers", "1MB"))
                        .config("thresholds: { io: { reads: 50, window: 2s, hit-ratio: 99% } }")
                        .build(StorageCorpus::readMuch)
                        .repair(scene -> {
                            scene.quiet();
                            scene.sql("select pg_stat_reset()");
                        }),
                Fault.of("disk-slow", "io/slow-reads", Status.DEGRADED)
                        .settings(Map.of("track_io_timing", "on"))
                        .config("thresholds: { io: { read-microseconds: 1 } }")
                        .build(StorageCorpus::readMuch),
                Fault.of("database-grows", "sizes/growth", Status.HEALTHY)
                        .config("thresholds: { sizes: { window: 1s } }")
                        .build(
                                scene -> scene.sql(
                                        "create table orders as select i, repeat('x', 500) as note from generate_series(1, 100000) i"))
                        .repair(scene -> scene.sql("drop table orders", "checkpoint")),
                Fault.of("table-mostly-empty", "bloat/tables", Status.HEALTHY)
                        .config("thresholds: { bloat: { bytes: 1MB } }")
                        .build(scene -> scene.sql(
                                "create table orders as select i as id, repeat('x', 100) as note from generate_series(1, 50000) i",
                                "grant select on orders to pgvigil",
                                "delete from orders where id % 4 <> 0",
                                "vacuum analyze orders"))
                        .repair(scene -> scene.sql("vacuum full orders", "analyze orders")),
                Fault.of("key-used-up", "sequences/exhausted", Status.UNHEALTHY)
                        .build(scene -> serial(scene, 2_147_483_647))
                        .repair(scene -> scene.sql("select setval('orders_id_seq', 5)")),
                Fault.of("key-nearly-used-up", "sequences/near-end", Status.DEGRADED)
                        .build(scene -> serial(scene, 2_000_000_000))
                        .repair(scene -> scene.sql(
                                "alter table orders alter id type bigint", "alter sequence orders_id_seq as bigint")),
                Fault.of("key-used-for-the-most-part", "sequences/used", Status.HEALTHY)
                        .build(scene -> serial(scene, 1_700_000_000))
                        .repair(scene -> scene.sql("drop table orders")));
    }

    @Override
    public List<Workload> workloads() {
        return List.of(Workload.of("bulk-load", scene -> {
            scene.sql("create table orders (id int, note text)");
            scene.repeat(1, connection -> {
                execute(connection, "truncate orders");
                execute(connection, "insert into orders select i, repeat('x', 200) from generate_series(1, 200000) i");
                execute(connection, "create index on orders (id)");
            });
        }));
    }

    private static void writeMuch(Scene scene) throws SQLException {
        scene.sql("create table orders (id int, note text)");
        scene.repeat(
                2,
                connection -> execute(
                        connection, "insert into orders select i, repeat('x', 500) from generate_series(1, 20000) i"));
    }

    private static void resetWal(Scene scene) throws InterruptedException {
        scene.quiet();
        scene.sql("select pg_stat_reset_shared('wal')");
    }

    private static void readMuch(Scene scene) throws SQLException {
        scene.sql("create table orders as select i, repeat('x', 500) as note from generate_series(1, 100000) i");
        scene.repeat(1, connection -> execute(connection, "select count(*) from orders"));
    }

    private static void serial(Scene scene, long last) {
        scene.sql(
                "create table orders (id serial)",
                "grant select on all sequences in schema public to pgvigil",
                "select setval('orders_id_seq', " + last + ")");
    }

    private static void corrupt(Scene scene, String table) throws Exception {
        scene.sql("checkpoint");
        Path file = scene.server()
                .data()
                .resolve(String.valueOf(scene.value("select pg_relation_filepath('" + table + "')")));
        scene.server().stop();
        try (RandomAccessFile page = new RandomAccessFile(file.toFile(), "rw")) {
            page.seek(8000);
            int old = page.read();
            page.seek(8000);
            page.write(old ^ 0xff);
        }
        scene.server().restart();
    }

    /** As pg_checksums --disable does, which the servers of the tests do not have: in the control file, before its CRC. */
    private static void switchChecksumsOff(Scene scene) throws Exception {
        Path file = scene.server().data().resolve("global/pg_control");
        scene.server().stop();
        ByteBuffer control = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        int crc = 0;
        while (control.getInt(crc) != crc(control, crc)) {
            crc += Integer.BYTES;
        }
        // The version of checksums, a flag and a nonce of 32 bytes, aligned.
        int version = crc - 40;
        if (control.getInt(version) != 1) {
            throw new IllegalStateException("the control file has another layout");
        }
        control.putInt(version, 0).putInt(crc, crc(control, crc));
        Files.write(file, control.array());
        scene.server().restart();
    }

    private static int crc(ByteBuffer control, int length) {
        CRC32C crc = new CRC32C();
        crc.update(control.slice(0, length));
        return (int) crc.getValue();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
