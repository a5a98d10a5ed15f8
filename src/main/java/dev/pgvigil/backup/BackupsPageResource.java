package dev.pgvigil.backup;

import dev.pgvigil.backup.drill.ProofLevel;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.http.SignedIn;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.RenderExecutor;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** The page of repositories and their backups; it needs no script, and prints. */
@Path("/backups")
@NonBlocking
@Produces(MediaType.TEXT_HTML)
public final class BackupsPageResource {

    private static final int MOST = 50;

    private final BackupMonitor monitor;
    private final RenderExecutor executor;

    /** A repository as texts. */
    record Section(
            String name,
            String target,
            String status,
            String exposure,
            String rpo,
            String recovery,
            String rto,
            List<Problem> problems,
            List<Row> rows,
            int more) {}

    /** A finding. */
    record Problem(String status, String title, String observed, String action) {}

    /** A backup. */
    record Row(String id, String kind, String time, String size, String status, String proof, String verified) {}

    /** A verification that is going on. */
    record Going(String repository, String state, String phase, String read) {}

    @CheckedTemplate(basePath = "backup")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance backups(
                List<Section> sections, List<Going> runs, String headline, String status, String at, boolean signedIn);
    }

    BackupsPageResource(BackupMonitor monitor, RenderExecutor executor) {
        this.monitor = monitor;
        this.executor = executor;
    }

    @GET
    @Operation(hidden = true)
    public Uni<String> backups(RoutingContext context) {
        boolean signedIn = SignedIn.of(context);
        return executor.make(() -> page(signedIn).render());
    }

    private TemplateInstance page(boolean signedIn) {
        Instant now = SteadyClock.now();
        List<Section> sections = monitor.statuses().stream()
                .map(status -> section(status, monitor.config(), now))
                .toList();
        int failing = monitor.summary().failing().size();
        return Templates.backups(
                sections,
                monitor.runs().stream()
                        .filter(run -> !run.ended())
                        .map(run -> new Going(
                                run.repository(),
                                BackupsView.lower(run.state()),
                                run.progress().phase(),
                                HumanFormat.bytes(run.progress().bytes())))
                        .toList(),
                failing == 0 ? "Backups" : HumanFormat.count(failing, "problem") + " of backups",
                failing > 0
                        ? "unhealthy"
                        : sections.stream().allMatch(each -> each.status.equals("healthy")) ? "healthy" : "degraded",
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                signedIn);
    }

    private static Section section(RepositoryStatus status, Backups config, Instant now) {
        Repository repository = status.repository();
        Proof restored = status.latestRestore();
        String target = repository.target();
        return new Section(
                repository.name(),
                target == null ? HumanFormat.UNKNOWN : target,
                !status.current(now, config.scanEvery())
                        ? "unknown"
                        : status.findings().isEmpty() ? "healthy" : "degraded",
                seconds(status.exposure() == null ? null : BackupsView.seconds(status.exposure())),
                seconds(BackupsView.seconds(repository.rpo())),
                seconds(
                        restored == null || restored.recovery() == null
                                ? null
                                : BackupsView.seconds(restored.recovery())),
                seconds(BackupsView.seconds(repository.rto())),
                status.findings().stream()
                        .map(finding -> new Problem(
                                BackupsView.lower(finding.status()),
                                finding.title(),
                                finding.observed(),
                                finding.action() == null ? "" : finding.action()))
                        .toList(),
                status.backups().stream()
                        .limit(MOST)
                        .map(backup -> {
                            Proof proof = status.proofs().get(backup.id());
                            return new Row(
                                    backup.id().isEmpty() ? "." : backup.id(),
                                    BackupsView.lower(backup.kind()) + ", "
                                            + BackupsView.lower(backup.tool()).replace('_', ' '),
                                    backup.time()
                                            .truncatedTo(ChronoUnit.SECONDS)
                                            .toString(),
                                    HumanFormat.bytes(backup.bytes()),
                                    style(proof, config, now),
                                    proof == null
                                            ? "not verified"
                                            : proof.verdict() == Verdict.FAILED
                                                    ? "failed"
                                                    : BackupsView.lower(proof.level(now, config.validFor()))
                                                            .replace('_', ' '),
                                    proof == null
                                            ? HumanFormat.UNKNOWN
                                            : proof.at()
                                                    .truncatedTo(ChronoUnit.SECONDS)
                                                    .toString());
                        })
                        .toList(),
                Math.max(0, status.backups().size() - MOST));
    }

    /** Green needs a recovery that is not too long ago. */
    private static String style(@Nullable Proof proof, Backups config, Instant now) {
        if (proof == null) {
            return "unknown";
        }
        if (proof.verdict() == Verdict.FAILED) {
            return "unhealthy";
        }
        return proof.level(now, config.validFor()).compareTo(ProofLevel.RECOVERS) >= 0 ? "healthy" : "unknown";
    }

    private static String seconds(@Nullable Double value) {
        return value == null ? HumanFormat.UNKNOWN : HumanFormat.seconds(value);
    }
}
