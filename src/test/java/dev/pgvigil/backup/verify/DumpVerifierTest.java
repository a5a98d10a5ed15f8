package dev.pgvigil.backup.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.backup.BackedUpServer;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.inventory.Inventory;
import dev.pgvigil.backup.storage.DirectoryStorage;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dumps of a real database, intact and damaged. */
class DumpVerifierTest {

    private static final PgServer SERVER = PgServer.shared(PgServer.majors().getFirst());

    private static String database = "";

    @TempDir
    private Path repository;

    @BeforeAll
    static void fill() {
        database = SERVER.newDatabase("shop");
        SERVER.sqlIn(
                database,
                "create table orders as select i as id, 'item ' || i as item from generate_series(1, 2000) i",
                "create table nothing (id int)",
                "select lo_from_bytea(0, 'photo')");
    }

    /** A dump with large objects, in that format. */
    private Path dump(String name, String... options) {
        Tools.assume("pg_dump");
        Path to = repository.resolve(name);
        List<String> command = new ArrayList<>(
                List.of("pg_dump", "-h", "127.0.0.1", "-p", String.valueOf(SERVER.port()), "-U", "postgres", "-f"));
        command.add(to.toString());
        command.addAll(List.of(options));
        command.add(database);
        BackedUpServer.run(command);
        return to;
    }

    private Verification verify() throws IOException {
        Inventory inventory = Inventory.of(new DirectoryStorage(repository));
        assertThat(inventory.backups()).hasSize(1);
        return BackupVerifier.verify(inventory, inventory.backups().getFirst(), null, new Progress());
    }

    private void fails(Damage.Kind kind, String words) throws IOException {
        Verification result = verify();
        assertThat(result.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(result.damages()).anySatisfy(damage -> {
            assertThat(damage.kind()).isEqualTo(kind);
            assertThat(damage.toString()).contains(words);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "a.dump, -Fc -b",
        "a.tar, -Ft -b",
        "a.sql, -Fp -b",
        "a, -Fd -b",
        "a, -Fd -b -Z0",
        "a, -Fd -b -Z0 --inserts",
        "a, -Fd -b -Z0 --schema-only"
    })
    void intactDumpPasses(String name, String options) throws IOException {
        dump(name, options.split(" ", -1));

        assertThat(verify()).satisfies(result -> {
            assertThat(result.damages()).isEmpty();
            assertThat(result.verdict()).isEqualTo(Verdict.PASSED);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Z0", "-Z6"})
    void missingLargeObjectIsFound(String compression) throws IOException {
        Path dump = dump("a", "-Fd", "-b", compression);
        Files.delete(BackedUpServer.largest(dump, "blob_.*"));

        fails(Damage.Kind.MISSING, "large object");
    }

    @Test
    void largeObjectMissingInTarIsFound() throws IOException {
        Path dump = dump("a.tar", "-Ft", "-b");
        byte[] content = Files.readAllBytes(dump);
        String text = new String(content, StandardCharsets.ISO_8859_1);
        // As if the list named another one.
        int at = text.indexOf("blob_", text.indexOf("blobs.toc") + 512);
        content[at + 5] = content[at + 5] == '9' ? (byte) '8' : (byte) '9';
        Files.write(dump, content);

        fails(Damage.Kind.MISSING, "the data in blob_");
    }

    @Test
    void truncatedDataWithoutCompressionIsFound() throws IOException {
        Path dump = dump("a", "-Fd", "-b", "-Z0");
        Path largest = BackedUpServer.largest(dump, "[0-9]+\\.dat");
        BackedUpServer.truncate(largest, Files.size(largest) / 2);

        fails(Damage.Kind.BAD_ARCHIVE, "orders is truncated");
    }

    @Test
    void dumpOfAllDatabasesThatEndsAfterTheFirstIsFound() throws IOException {
        Files.writeString(repository.resolve("all.sql"), """
                --
                -- PostgreSQL database cluster dump
                --

                create role shop;

                --
                -- PostgreSQL database dump
                --

                -- Dumped from database version 18.4

                create table orders (id int);

                --
                -- PostgreSQL database dump complete
                --

                """);
        fails(Damage.Kind.BAD_ARCHIVE, "truncated");

        Files.writeString(repository.resolve("all.sql"), Files.readString(repository.resolve("all.sql")) + """
                --
                -- PostgreSQL database cluster dump complete
                --

                """);
        assertThat(verify().verdict()).isEqualTo(Verdict.PASSED);
    }

    @Test
    void dumpThatOnlyMentionsItsEndIsFound() throws IOException {
        Path dump = dump("a.sql", "-Fp");
        String text = Files.readString(dump);
        Files.writeString(
                dump,
                text.substring(0, text.indexOf("COPY public.orders"))
                        + "COPY public.notes (note) FROM stdin;\nPostgreSQL database dump complete\n");

        fails(Damage.Kind.BAD_ARCHIVE, "truncated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.sql", "a.sql.gz", "a.dump"})
    void emptyFileOfDumpThatFailedIsFound(String name) throws IOException {
        Files.createFile(repository.resolve(name));

        fails(Damage.Kind.BAD_ARCHIVE, name);
        FileUtils.cleanDirectory(repository.toFile());
    }
}
