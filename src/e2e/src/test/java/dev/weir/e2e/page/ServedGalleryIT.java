package dev.weir.e2e.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.weir.e2e.SharedWeir;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The gallery as {@code weir up} serves it: real gateway, real broker, the networks built in. */
final class ServedGalleryIT {
  @Test
  void aPromptIsDrawnAndWhatMeansNothingInItIsSaid() throws Exception {
    URI url = SharedWeir.process().url().resolve("/");
    try (Browsers browsers = Browsers.launch();
        GalleryVisitor visitor = GalleryVisitor.at(browsers, url)) {
      visitor.families("vae");
      visitor.pictures(4);
      visitor.draw("a woman with long red hair and glasses and a sword");
      visitor.awaitPhase("vae", "finished");
      for (int i = 0; i < 4; i++) {
        assertThat(visitor.tile("vae", i)).isEnabled();
      }
      assertThat(visitor.drawing()).containsText("sword");
      Path screenshot = Path.of("target", "screenshots", "served-gallery.png");
      visitor.page().screenshot(new Page.ScreenshotOptions().setPath(screenshot));
      visitor.visitor().reload();
      visitor.ready();
      visitor.awaitPhase("vae", "finished");
      assertThat(visitor.tile("vae", 3)).isEnabled();
    }
  }
}
