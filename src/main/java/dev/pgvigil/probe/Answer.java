package dev.pgvigil.probe;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The answer of a probe, in MicroProfile Health's form: UP if all its checks are. */
@Schema(name = "Health")
record Answer(State status, List<Part> checks) {

    Answer {
        checks = List.copyOf(checks);
    }

    static Answer of(List<Part> checks) {
        return new Answer(State.of(checks.stream().allMatch(Part::up)), checks);
    }
}
