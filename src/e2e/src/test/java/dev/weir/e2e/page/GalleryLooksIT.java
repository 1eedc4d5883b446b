package dev.weir.e2e.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How the gallery looks, and that everybody can use it: axe-core finds nothing in any state. Leaves
 * pictures under {@code target/screenshots} for people to judge.
 */
final class GalleryLooksIT extends GalleryFixture {
  @ParameterizedTest
  @CsvSource({"360, LIGHT", "768, DARK", "1280, LIGHT", "360, DARK", "1280, DARK"})
  void everybodyCanUseIt(int width, ColorScheme scheme) {
    String name = "gallery-" + width + "-" + scheme.name().toLowerCase(Locale.ROOT);
    try (GalleryVisitor visitor = visit(width, scheme)) {
      look(visitor, name + "-1-empty");

      gateway.script(request ->
          TestingPainter.answer(request)
              .heldAt(request.getString("model").equals("pixel") ? 33 : 2));
      visitor.draw("a person with curly red hair, a sword and a striped navy top");
      assertThat(visitor.column("pixel").locator(".state")).hasText("Drawing, 51 %");
      look(visitor, name + "-2-drawing");
      gateway.release();
      visitor.awaitPhase("vae", "finished");

      gateway.script(request ->
          TestingPainter.answer(request)
              .warning("\"sword\" means nothing to this model and was left out", "sword"));
      visitor.draw("a smiling person with green spiky hair and a sword against a night background");
      visitor.awaitPhase("pixel", "finished");
      visitor.awaitPhase("vae", "finished");
      look(visitor, name + "-3-finished");

      visitor.look("pixel", 1);
      visitor.visitor().field("How it was drawn, by pixels").fill("150");
      look(visitor, name + "-4-closer");
      visitor.click("Vary it");
      look(visitor, name + "-5-source");
      visitor.look("vae", 2);
      visitor.click("Blend with the picked one");
      visitor.visitor().button("Blend").click();
      assertThat(visitor.drawing().locator(".way")).isVisible();
      visitor.awaitPhase("vae", "finished");
      visitor.drawing().locator(".way input").fill("4");
      look(visitor, name + "-6-way");

      gateway.says(Answer.refuses(404, "model_not_found", "There is no model of this name."));
      visitor.draw("a purple hat");
      visitor.awaitPhase("pixel", "failed");
      visitor.awaitPhase("vae", "failed");
      gateway.refuse(true);
      gateway.dropConnections();
      assertThat(visitor.page().locator("#notice")).isVisible();
      look(visitor, name + "-7-failed-offline");
    }
  }

  @Test
  void noWidthMakesTheGalleryScrollSideways() {
    try (GalleryVisitor visitor = visit(320, ColorScheme.LIGHT)) {
      visitor.draw("y".repeat(300));
      visitor.awaitPhase("pixel", "finished");
      Object beyond =
          visitor
              .page()
              .evaluate(
                  "() => [...document.querySelectorAll('#gallery-view, .main')]"
                      + ".map(e => e.scrollWidth - e.clientWidth).reduce((a, b) => a + b)");
      assertThat(beyond).isEqualTo(0);
    }
  }

  @Test
  void nothingMovesForThoseWhoWantNoMotion() {
    gateway.script(request -> TestingPainter.answer(request).heldAt(0));
    try (GalleryVisitor visitor = visit()) {
      visitor.visitor().wantsNoMotion();
      visitor.draw("red hair");
      visitor.awaitPhase("pixel", "running");
      assertThat(visitor.page().evaluate("() => document.getAnimations().length")).isEqualTo(0);
    }
  }

  private static void look(GalleryVisitor visitor, String name) {
    visitor.visitor().settle();
    visitor.visitor().picture(name);
    assertThat(Axe.violations(visitor.page())).as(name).isEmpty();
  }
}
