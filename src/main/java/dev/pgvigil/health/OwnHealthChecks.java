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

/** pgvigil's own health checks. They read memory: none of them waits, and no database has a say in them. */
@Singleton
final class OwnHealthChecks {

    private final Self self;
    private final Configuration configuration;

    /** A check that is answered where it is called, at once. */
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

    /** pgvigil's health at this moment. */
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
