package dev.pgvigil.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The processes of the server in a data directory: the postmaster and its children. */
record Processes(Path data) {

    /** The line of {@code postmaster.pid} that names it. */
    private static final int SHARED_MEMORY = 6;

    /** Stops all of them; their sockets stay open, and the kernel still accepts connections. */
    void freeze() {
        postmaster().ifPresent(postmaster -> {
            // The postmaster first, so that it starts no further child.
            signal("STOP", List.of(postmaster));
            Waiting.until("the postmaster is stopped", () -> state(postmaster) != 'R' && state(postmaster) != 'S');
            List<Long> children = children(postmaster);
            signal("STOP", children);
            Waiting.until(
                    "the backends are stopped",
                    () -> children.stream().allMatch(child -> "TZX".indexOf(state(child)) >= 0));
        });
    }

    /** Resumes frozen processes. */
    void thaw() {
        postmaster().ifPresent(postmaster -> {
            signal("CONT", children(postmaster));
            signal("CONT", List.of(postmaster));
        });
    }

    /** Kills all of them at once, as a crash of the machine would. */
    void kill() {
        postmaster().ifPresent(postmaster -> {
            freeze();
            List<Long> all = new ArrayList<>(children(postmaster));
            all.add(postmaster);
            signal("KILL", all);
            Waiting.until("the server is gone", () -> all.stream().noneMatch(Processes::alive));
        });
    }

    /**
     * Removes the System V shared memory that a killed server leaves. The kernel keeps it otherwise, and once it has 4096 of them no
     * server of this machine starts.
     */
    void removeSharedMemory() {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            if (lines.size() > SHARED_MEMORY && !lines.get(SHARED_MEMORY).isBlank()) {
                // its key and its ID
                run(List.of("ipcrm", "-m", lines.get(SHARED_MEMORY).strip().split(" +", -1)[1]));
            }
        } catch (NoSuchFileException e) {
            // shut down: the server has removed it
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Shuts the server down; its clients are disconnected. */
    void stop() {
        postmaster().ifPresent(postmaster -> {
            thaw();
            signal("INT", List.of(postmaster));
            Waiting.until("the server has stopped", () -> !alive(postmaster));
        });
    }

    /** The postmaster's process ID, if it is running. */
    Optional<Long> postmaster() {
        try {
            String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
            return Optional.of(Long.valueOf(pid.strip())).filter(Processes::alive);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Long> children(long postmaster) {
        return ProcessHandle.of(postmaster).stream()
                .flatMap(ProcessHandle::children)
                .map(ProcessHandle::pid)
                .toList();
    }

    /** A zombie counts as ended: in a container there may be no process to reap it. */
    private static boolean alive(long pid) {
        return "ZX".indexOf(state(pid)) < 0;
    }

    /** The state letter of {@code /proc/<pid>/stat}; X if there is no such process. */
    private static char state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return 'X';
        }
    }

    private static void signal(String name, List<Long> pids) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "kill -" + name + " \"$@\"", "kill"));
        pids.forEach(pid -> command.add(pid.toString()));
        if (pids.isEmpty()) {
            return;
        }
        run(command);
    }

    private static void run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(command.getFirst() + " hangs");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
