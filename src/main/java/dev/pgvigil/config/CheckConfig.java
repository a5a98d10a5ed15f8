package dev.pgvigil.config;

import io.quarkus.arc.Arc;
import io.quarkus.arc.InstanceHandle;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.util.TypeLiteral;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The command {@code check-config FILE}: reads a configuration file as at start and prints every error. Opens no connection
 * and no port. Secrets are read too, because a missing one would prevent a start, but never printed.
 */
public final class CheckConfig {

    public static final String NAME = "check-config";

    private static final int VALID = 0;
    private static final int ERRORS = 1;
    private static final int USAGE = 2;

    private CheckConfig() {}

    /**
     * Runs the command.
     *
     * @param args arguments after the name of the command
     * @return the exit status: 0 if the file is valid, 1 if it has errors, 2 for wrong usage
     */
    public static int run(List<String> args, PrintStream out, PrintStream err) {
        return run(args, CheckConfig::sections, System::getenv, out, err);
    }

    static int run(
            List<String> args,
            Supplier<List<Section<?>>> sections,
            UnaryOperator<@Nullable String> environment,
            PrintStream out,
            PrintStream err) {
        if (args.size() != 1 || args.getFirst().isBlank() || args.getFirst().startsWith("-")) {
            err.println("usage: pgvigil check-config FILE");
            return USAGE;
        }
        ConfigOrigin origin;
        try {
            origin = ConfigOrigin.of(args.getFirst(), null);
        } catch (ConfigurationException notAFile) {
            err.println("usage: pgvigil check-config FILE, not a connection string");
            return USAGE;
        }
        List<Problem> problems =
                LoadResult.at(origin, sections.get(), environment).problems();
        out.println(problems.isEmpty() ? origin.name() + ": valid" : Report.of(origin, problems));
        return problems.isEmpty() ? VALID : ERRORS;
    }

    /** The settings of a file, for other commands; none if it has errors, which are printed. */
    public static Optional<Settings> settings(String file, PrintStream err) {
        ConfigOrigin origin;
        try {
            origin = ConfigOrigin.of(file, null);
        } catch (ConfigurationException notAFile) {
            err.println("a file is needed, not a connection string");
            return Optional.empty();
        }
        LoadResult result = LoadResult.at(origin, sections(), System::getenv);
        if (!result.problems().isEmpty()) {
            err.println(Report.of(origin, result.problems()));
        }
        return Optional.ofNullable(result.settings());
    }

    /** The sections of all features, from the container only: the service itself is not started. */
    private static List<Section<?>> sections() {
        List<Section<?>> sections = new ArrayList<>();
        for (InstanceHandle<Section<?>> section : Arc.initialize().listAll(new TypeLiteral<Section<?>>() {})) {
            sections.add(section.get());
        }
        return sections;
    }
}
