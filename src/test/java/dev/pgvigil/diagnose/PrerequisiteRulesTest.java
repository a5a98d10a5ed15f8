package dev.pgvigil.diagnose;

import static dev.pgvigil.diagnose.PrerequisitesView.Verdict.FAILED;
import static dev.pgvigil.diagnose.PrerequisitesView.Verdict.PASSED;
import static dev.pgvigil.diagnose.PrerequisitesView.Verdict.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.MigrationProgress;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.diagnose.PrerequisitesView.Requirement;
import dev.pgvigil.diagnose.PrerequisitesView.Verdict;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrerequisiteRulesTest {

    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final Duration AGO = Duration.ofMillis(300);

    private static final Target SHOP = target("shop");

    record Progress(
            boolean hasHistory,
            @Nullable String currentVersion,
            @Nullable Integer pendingMigrations,
            boolean running) implements MigrationProgress {

        Progress(boolean hasHistory, @Nullable String currentVersion, @Nullable Integer pendingMigrations) {
            this(hasHistory, currentVersion, pendingMigrations, false);
        }
    }

    @ParameterizedTest
    @CsvSource({"HEALTHY, PASSED", "DEGRADED, WARNING", "UNHEALTHY, FAILED"})
    void statusOfTheDatabaseDecides(Status status, Verdict verdict) {
        assertThat(judged(beating(status)).status()).isEqualTo(verdict);
    }

    @Test
    void unknownIsFailedWithTheReason() {
        Requirement never = judged(Scene.at(NOW).unseen(SHOP, Status.UNKNOWN));
        assertThat(never.status()).isEqualTo(FAILED);
        assertThat(never.issues().getFirst().message()).contains("not checked yet");
        Requirement stale = judged(Scene.at(NOW).target(SHOP, Status.HEALTHY, Scene.STALE_AFTER.plusSeconds(1)));
        assertThat(stale.status()).isEqualTo(FAILED);
        assertThat(stale.databaseStatus()).isEqualTo(Status.UNKNOWN);
        assertThat(stale.issues().getFirst().message()).contains("6000 ms old");
    }

    @Test
    void findingsAreIssuesWithTheirActionsWorstFirst() {
        Finding slow = finding("heartbeat", Status.DEGRADED);
        Finding full = finding("connections", Status.UNHEALTHY);
        Finding advice = finding("capabilities", Status.HEALTHY);
        Requirement shop = judged(beating(Status.UNHEALTHY, slow, advice, full));

        assertThat(shop.issues())
                .extracting(PrerequisitesView.Issue::check)
                .containsExactly("connections", "heartbeat");
        assertThat(shop.issues()).extracting(PrerequisitesView.Issue::severity).containsExactly(FAILED, WARNING);
        assertThat(shop.issues().getFirst().action()).isEqualTo("do it");
    }

    @ParameterizedTest
    @CsvSource({"1000, PASSED", "1000.1, WARNING"})
    void slowHeartbeatGivesAWarning(double responseMs, Verdict verdict) {
        Scene scene = beating(Status.HEALTHY)
                .outcome(
                        SHOP,
                        HeartbeatResult.CHECK,
                        new Outcome.Observed<>(
                                NOW.minus(AGO), Duration.ZERO, new HeartbeatResult(Role.PRIMARY, responseMs)));
        assertThat(judged(scene).status()).isEqualTo(verdict);
    }

    @Test
    void pendingMigrationsFail() {
        assertThat(migrating(new Progress(true, "7", 2)).issues().getFirst().message())
                .isEqualTo("2 migrations pending");
        assertThat(migrating(new Progress(true, "7", 2)).status()).isEqualTo(FAILED);
        assertThat(migrating(new Progress(true, "7", 0)).status()).isEqualTo(PASSED);
        assertThat(migrating(new Progress(true, "7", null)).status()).isEqualTo(PASSED);
        assertThat(migrating(new Progress(false, null, null)).status()).isEqualTo(PASSED);
    }

    @Test
    void runningMigrationFails() {
        Requirement shop = migrating(new Progress(true, "7", null, true));
        assertThat(shop.issues().getFirst().message()).isEqualTo("a migration is running");
        assertThat(shop.status()).isEqualTo(FAILED);
    }

    @Test
    void unreadableHistoryGivesAWarning() {
        Requirement shop = migrating(new Progress(true, null, null));
        assertThat(shop.issues().getFirst().action()).contains("Grant SELECT");
        assertThat(shop.status()).isEqualTo(WARNING);
    }

    @Test
    void failedMigrationFailsAlthoughTheDatabaseIsOnlyDegraded() {
        Scene scene = beating(Status.DEGRADED, finding(MigrationProgress.CHECK, Status.DEGRADED))
                .ownOutcome(SHOP, MigrationProgress.CHECK, observed(new Progress(true, "7", 0)));
        assertThat(judged(scene).status()).isEqualTo(FAILED);
    }

    @Test
    void unknownMigrationsFail() {
        assertThat(judged(beating(Status.HEALTHY), true).issues().getFirst().message())
                .contains("not observed yet");
        Outcome<Object> failed = new Outcome.Failed<>(
                NOW, Duration.ZERO, Failure.of(Failure.Reason.PERMISSION, "permission denied"), null);
        Scene scene = beating(Status.HEALTHY).ownOutcome(SHOP, MigrationProgress.CHECK, failed);
        assertThat(judged(scene, true).issues().getFirst().message()).contains("permission denied");
        assertThat(judged(scene, true).status()).isEqualTo(FAILED);
    }

    @Test
    void migrationsAreNotCheckedWhereTheCheckIsOffOrAbsent() {
        assertThat(judged(beating(Status.HEALTHY), false).status()).isEqualTo(PASSED);
        Target off = new Target(
                "shop",
                SHOP.server(),
                "app",
                "",
                ExpectedRole.ANY,
                Map.of(),
                Thresholds.DEFAULTS,
                Map.of(MigrationProgress.CHECK, switchedOff()),
                null);
        Scene scene = Scene.at(NOW).target(off, Status.HEALTHY, AGO);
        assertThat(judged(scene, true).status()).isEqualTo(PASSED);
    }

    @Test
    void oneBadTargetHidesNoOther() {
        Target blog = target("blog");
        Scene scene = beating(Status.HEALTHY).unseen(blog, Status.UNKNOWN);
        PrerequisiteRules rules = new PrerequisiteRules(new PointInTimeView(scene.snapshot(), NOW), 1000, false);
        PrerequisitesView view = PrerequisitesView.of(
                scene.snapshot().targets().values().stream().map(rules::of).toList(), NOW, 1000);

        assertThat(view.overallStatus()).isEqualTo(FAILED);
        assertThat(view.targets()).extracting(Requirement::name).containsExactly("blog", "shop");
        assertThat(view.targets()).extracting(Requirement::status).containsExactly(FAILED, PASSED);
        assertThat(view.summary()).isEqualTo(new PrerequisitesView.Summary(2, 1, 0, 1, 1));
    }

    @Test
    void noTargetsFail() {
        assertThat(PrerequisitesView.of(List.of(), NOW, 1000).overallStatus()).isEqualTo(FAILED);
    }

    private static CheckSetting switchedOff() {
        return new CheckSetting(false, null);
    }

    private static Scene beating(Status status, Finding... findings) {
        Scene scene = Scene.at(NOW).target(SHOP, status, AGO, findings);
        return scene.beat(SHOP, Role.PRIMARY, AGO);
    }

    private static Requirement migrating(MigrationProgress progress) {
        return judged(beating(Status.HEALTHY).ownOutcome(SHOP, MigrationProgress.CHECK, observed(progress)), true);
    }

    private static Outcome<?> observed(Object value) {
        return new Outcome.Observed<>(NOW.minus(AGO), Duration.ZERO, value);
    }

    private static Requirement judged(Scene scene) {
        return judged(scene, false);
    }

    private static Requirement judged(Scene scene, boolean migrations) {
        TargetState shop = scene.snapshot().targets().get("shop");
        assertThat(shop).isNotNull();
        return new PrerequisiteRules(new PointInTimeView(scene.snapshot(), NOW), 1000, migrations).of(shop);
    }

    private static Finding finding(String check, Status status) {
        return Finding.of(check, "key", status, Severity.MEDIUM, "title", "observed")
                .action("do it");
    }

    private static Target target(String name) {
        return Target.of(name, new Server("db1", 5432, "pgvigil", null, Tls.PREFER), "app");
    }
}
