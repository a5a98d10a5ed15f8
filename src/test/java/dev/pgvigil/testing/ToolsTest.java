package dev.pgvigil.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.File;
import org.junit.jupiter.api.Test;

class ToolsTest {

    private static final String PATH = String.join(File.pathSeparator, "/nowhere", "/bin");

    @Test
    void findsProgramsByNameAndPath() {
        for (String program : new String[] {"sh", "/bin/sh"}) {
            assertThat(new Tools(PATH, false).have(program)).isTrue();
            assertThat(new Tools(PATH, true).have(program)).isTrue();
        }
    }

    @Test
    void failsOnMissingProgramOnlyIfRequired() {
        for (String program : new String[] {"no-such-program", "/nowhere/sh"}) {
            assertThat(new Tools(PATH, false).have(program)).isFalse();
            assertThatIllegalStateException()
                    .isThrownBy(() -> new Tools(PATH, true).have(program))
                    .withMessageContaining(program);
        }
    }
}
