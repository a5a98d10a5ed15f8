# What you can do here. Each target works as the first thing typed, on a Linux with a JDK 25, Maven and make.

export JAVA_HOME := $(shell sh bin/find-java --jdk)
MVN = mvn -B -ntp
RUN = "$(JAVA_HOME)/bin/java" -Djava.util.logging.manager=org.jboss.logmanager.LogManager -cp @target/test.classpath \
  dev.pgvigil
CLASSPATH = printf '"%s:%s:%s"' "$(CURDIR)/target/test-classes" "$(CURDIR)/target/classes" \
  "$$(cat target/test.libraries)" > target/test.classpath

# The servers that tests run on: make test POSTGRES=16, or POSTGRES=15,17
ifdef POSTGRES
MAJORS = -P all-postgres -Dpostgres.majors=$(POSTGRES)
endif

.DEFAULT_GOAL := help
.PHONY: help run monitoring dev test test-all faults crash check format docs build bench tools chaos product servers

help: ## This list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

run: servers product ## Start a live demo: PostgreSQL servers under load, now and then a fault, and pgvigil watching
	@exec $(RUN).demo.Demo

monitoring: servers product ## Start Prometheus, Alertmanager and exporters around the demo, inject five faults (around yours: PORT=8080)
	@PATH="$$PATH:$(CURDIR)/target/prometheus/usr/bin" exec $(RUN).$(if $(PORT),monitoring.LocalStack $(PORT),demo.MonitoringTour $(if $(ONCE),once))

dev: tools ## Start pgvigil in Quarkus' development mode, on your DATABASE_URL or PGVIGIL_CONFIG
	@[ -n "$(DATABASE_URL)$(PGVIGIL_CONFIG)" ] || { echo "Set DATABASE_URL, or PGVIGIL_CONFIG: a running demo prints one (make run)" >&2; exit 1; }
	@maven=$$(sh .mvn/newer-maven target/maven) && exec $$maven -ntp quarkus:dev

test: servers tools ## Run all tests, on the oldest and the newest PostgreSQL (POSTGRES=16 on another; ONLY=BlockingTest some)
	$(MVN) test $(MAJORS) $(if $(ONLY),-P quick -Dtest='$(ONLY)' -Dsurefire.failIfNoSpecifiedTests=false)

test-all: servers tools ## Run all tests on every supported PostgreSQL
	$(MVN) test -P all-postgres

faults: servers tools ## Run the fault corpus: every fault and workload, on the oldest and the newest PostgreSQL (ONLY=lock-queue one)
	$(MVN) test $(MAJORS) -P quick -Dtest=CorpusTest -Dcorpus='$(or $(ONLY),all)'
	@cat target/corpus.md

crash: tools ## Kill a process that sends alerts at random moments (KILLS=1000), and see that nothing is lost
	$(MVN) test -P quick -Dtest=CrashTest -DargLine=-Dcrash.kills=$(or $(KILLS),100)
chaos: tools ## Kill, pause and restart replicas and Redis for MINUTES (10), and check that no server is left alone and no token falls
	$(MVN) test -P quick -Dtest=ChaosTest -Dchaos.minutes=$(or $(MINUTES),10)

check: tools ## Check format, compiler warnings, Error Prone, null safety and architecture
	$(MVN) test -Dtest=ArchitectureTest

format: tools ## Format the code
	$(MVN) -q spotless:apply

docs: servers tools ## Renew docs/reference, the JSON Schema, the list of alerts and the dashboards from their sources
	$(MVN) test -P quick -Ddocs.renew=true \
	  -Dtest='ConfigSchemaTest,ScrapeTest#referenceOfMetricsIsCurrent,AlertRulesTest#listOfAlertsIsCurrent,DashboardsTest#dashboardsAreCurrent'

build: servers tools ## Build the service and its AOT cache: target/quarkus-app, started by bin/pgvigil
	$(MVN) package dependency:build-classpath -DskipTests -Dmdep.outputFile=target/test.libraries
	@$(CLASSPATH)
	@sh .mvn/check-product target/quarkus-app
	@exec $(RUN).demo.Training

bench: servers build ## Measure probes, cost, fleet, start and faults, 15 minutes; one alone: make bench ONLY=probe; rough: QUICK=1
	@$(if $(filter probe,$(or $(ONLY),probe)),$(MVN) -q -f bench/stock/pom.xml package -Dquarkus.version="$$(sed -n 's:.*<quarkus.version>\(.*\)</.*:\1:p' pom.xml)")
	@$(if $(filter start,$(or $(ONLY),start)),$(MVN) -q package -DskipTests -Dquarkus.package.jar.type=fast-jar -Dquarkus.package.output-directory=bench-fast-jar)
	@exec $(RUN).bench.Bench $(ONLY)

product: tools
	@echo "Building pgvigil. The first time, Maven downloads Quarkus and the PostgreSQL servers: some minutes."
	@sh .mvn/progress target/build.log mvn -B -P '!browser' -Dspotless.check.skip package dependency:build-classpath -DskipTests -Dmdep.outputFile=target/test.libraries
	@$(CLASSPATH)

tools:
	@[ -n "$(JAVA_HOME)" ] || { echo "No JDK 25 or newer found: install one (https://adoptium.net), or set JAVA_HOME" >&2; exit 1; }
	@command -v mvn > /dev/null || { echo "No mvn found: install Maven (https://maven.apache.org, or your package manager)" >&2; exit 1; }

servers:
	@[ "$$(uname -s)" = Linux ] || { echo "The servers of the tests and of the demo run on Linux only: use a container or a virtual machine" >&2; exit 1; }
