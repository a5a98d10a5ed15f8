package dev.pgvigil.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Panel;
import io.quarkus.arc.All;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("service")
@QuarkusTest
class PanelsTest {

    @Inject
    @All
    @SuppressWarnings("NullAway.Init") // injected
    List<Panel<?>> panels;

    @Inject
    Catalogue catalogue;

    @Test
    void everyPanelShowsCheckOfItsArea() {
        assertThat(panels).isNotEmpty().allSatisfy(panel -> {
            assertThat(catalogue.names()).contains(panel.check());
            assertThat(catalogue.check(panel.check()).getClass().getPackage())
                    .isEqualTo(panel.getClass().getPackage());
        });
    }

    @Test
    void panelIdsAreUnique() {
        assertThat(panels).extracting(Panel::id).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-z]+(-[a-z]+)*"));
    }
}
