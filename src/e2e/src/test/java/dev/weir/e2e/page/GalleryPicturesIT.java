package dev.weir.e2e.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import dev.weir.image.Pictures;
import dev.weir.image.RgbPicture;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What can be done with a picture that was drawn. */
final class GalleryPicturesIT extends GalleryFixture {
  @Test
  void theSeedOfAPictureGoesBackIntoTheForm() {
    try (GalleryVisitor visitor = visit()) {
      visitor.families("vae");
      visitor.draw("red hair");
      visitor.awaitPhase("vae", "finished");
      visitor.draw("blue hair");
      visitor.awaitPhase("vae", "finished");
      visitor.page().locator(".drawing").nth(1).locator(".tile").nth(2).click();
      visitor.click("Use this seed");
      assertThat(visitor.page().locator("#subject")).hasValue("red hair");
      assertThat(visitor.visitor().field("Seed")).hasValue(String.valueOf(seed() + 2));
      visitor.visitor().button("Draw").click();
      assertThat(visitor.page().locator(".drawing")).hasCount(3);
      visitor.awaitPhase("vae", "finished");
      JsonObject again = gateway.requests().get(2);
      assertThat(again.getString("prompt")).isEqualTo("red hair");
      assertThat(again.getLong("seed")).isEqualTo(seed() + 2);
      visitor.awaitPicture( // the picture that was looked at, now the first
          visitor.tile("vae", 0).locator("canvas"), TestingPainter.portrait(seed() + 7, 2));
    }
  }

  @Test
  void theFilmOfAPixelFamilyIsPlayedFromThePictureAloneInRasterOrder() {
    try (GalleryVisitor visitor = visit()) {
      visitor.families("pixel");
      visitor.draw("red hair");
      visitor.awaitPhase("pixel", "finished");
      visitor.visitor().reload(); // no preview is known any more
      visitor.ready().look("pixel", 1);
      RgbPicture picture = TestingPainter.portrait(seed(), 1);
      Locator canvas = visitor.page().locator("#closer canvas");
      visitor.awaitPicture(canvas, picture);
      Locator slider = visitor.visitor().field("How it was drawn, by pixels");
      assertThat(slider).hasValue("256");
      slider.fill("100");
      int[] part = picture.colours();
      Arrays.fill(part, 100, 256, -1);
      visitor.awaitColours(canvas, part);
      slider.press("ArrowRight");
      assertThat(slider).hasAttribute("aria-valuetext", "pixel 101 of 256");
      visitor.click("Play");
      visitor.awaitPicture(canvas, picture);
      assertThat(visitor.visitor().button("Play")).isVisible();
      assertThat(gateway.requests()).hasSize(1);
    }
  }

  @Test
  void aPictureIsDownloadedSixteenTimesAsLarge() throws IOException {
    try (GalleryVisitor visitor = visit()) {
      visitor.families("pixel");
      visitor.draw("red hair");
      visitor.awaitPhase("pixel", "finished");
      visitor.look("pixel", 2);
      Download download = visitor.page().waitForDownload(() -> visitor.click("Download PNG"));
      assertThat(download.suggestedFilename()).isEqualTo("weir-pixel-%d.png".formatted(seed() + 2));
      assertThat(Pictures.read(Files.readAllBytes(download.path())))
          .isEqualTo(TestingPainter.portrait(seed(), 2).enlarged(16));
    }
  }

  @Test
  void aPictureIsVariedAndTwoAreBlendedByTheFamilyThatCan() {
    try (GalleryVisitor visitor = visit()) {
      visitor.pictures(2);
      visitor.draw("red hair");
      visitor.awaitPhase("pixel", "finished");
      visitor.awaitPhase("vae", "finished");
      RgbPicture first = TestingPainter.portrait(seed(), 0);
      visitor.look("pixel", 0);
      visitor.click("Vary it");
      assertThat(visitor.page().locator("#families input[value=pixel]")).isDisabled();
      visitor.visitor().field("Strength").fill("0.25");
      visitor.visitor().button("Vary").click();
      assertThat(visitor.page().locator(".drawing")).hasCount(2);
      visitor.awaitPhase("vae", "finished");
      JsonObject varied = gateway.requests().getLast();
      assertThat(varied.getString("model")).isEqualTo("vae");
      assertThat(varied.getJsonObject("image").getDouble("strength")).isEqualTo(0.25);
      assertThat(sources(varied)).containsExactly(first);
      assertThat(visitor.visitor().button("Draw")).isVisible(); // what was picked is used

      RgbPicture second = TestingPainter.portrait(varied.getLong("seed") + 7, 1);
      visitor.page().locator(".drawing").nth(1).locator(".tile").first().click();
      visitor.click("Vary it");
      visitor.look("vae", 1);
      visitor.click("Blend with the picked one");
      visitor.visitor().button("Blend").click();
      assertThat(visitor.page().locator(".drawing")).hasCount(3);
      visitor.awaitPhase("vae", "finished");
      JsonObject blended = gateway.requests().getLast();
      assertThat(blended.getJsonObject("image").getInteger("n")).isEqualTo(8);
      assertThat(blended.getJsonObject("image").containsKey("strength")).isFalse();
      assertThat(sources(blended)).containsExactly(first, second);
      Locator way = visitor.drawing().locator(".way");
      visitor.awaitPicture(way.locator("canvas"), first);
      way.locator("input").fill("7");
      visitor.awaitPicture(way.locator("canvas"), second);
      assertThat(way.locator("input")).hasAttribute("aria-valuetext", "8 of 8");
      assertThat(gateway.requests()).hasSize(4);
    }
  }

  private static List<RgbPicture> sources(JsonObject request) {
    JsonArray sources = request.getJsonObject("image").getJsonArray("sources");
    return sources.stream().map(source -> TestingPainter.picture((String) source)).toList();
  }
}
