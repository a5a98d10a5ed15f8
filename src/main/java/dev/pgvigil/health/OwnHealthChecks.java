package dev.pgvigil.health;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.self.Self;
import dev.pgvigil.self.SelfSection;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** pgvigil's own health checks. They read memory only, never block, and do not depend on any database. */
@Singleton
final class OwnHealthChecks {

    private final Self self;
    private final Configuration configuration;

    /** A check that responds immediately on the calling thread. */
    record InMemory(Supplier<HealthCheckResult> check) implements AsyncHealthCheck {

        @Override
        public Uni<HealthCheckResponse> call() {
            return Uni.createFrom().item(check.get().response());
        }
    }

    OwnHealthChecks(Self self, Configuration configuration) {
        this.self = self;
        this.configuration = configuration;
    }

    /** The current health of pgvigil. */
    SelfHealth now() {
        return new SelfHealth(self.vitals(), configuration.settings().get(SelfSection.class), configuration.state());
    }

    @Produces
    @Singleton
    @Readiness
    @Startup
    AsyncHealthCheck configured() {
        return check(SelfHealth::configured);
    }

    @Produces
    @Singleton
    @Readiness
    @Startup
    AsyncHealthCheck firstPass() {
        return check(SelfHealth::firstPass);
    }

    @Produces
    @Singleton
    @Liveness
    @Readiness
    AsyncHealthCheck eventLoops() {
        return check(SelfHealth::eventLoops);
    }

    @Produces
    @Singleton
    @Liveness
    AsyncHealthCheck watch() {
        return check(SelfHealth::watch);
    }

    @Produces
    @Singleton
    @Liveness
    AsyncHealthCheck threads() {
        return check(SelfHealth::threads);
    }

    private AsyncHealthCheck check(Function<SelfHealth, HealthCheckResult> part) {
        return new InMemory(() -> part.apply(now()));
    }
}
