package dev.weir.e2e.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import dev.weir.image.portrait.CaptionReader;
import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.PortraitWords;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The gallery against a gateway whose models draw portraits without any network. */
final class GalleryIT extends GalleryFixture {
  // Streams

  @Test
  void previewsArriveInPlaceAndThePictureReplacesThem() {
    gateway.script(request -> TestingPainter.answer(request).heldAt(12));
    try (GalleryVisitor visitor = visit()) {
      visitor.families("pixel");
      visitor.pictures(2);
      visitor.draw("a purple hat");
      visitor.awaitPhase("pixel", "running");
      long seed = seed();
      // 15 rows of two pictures: behind 12 frames, each has six.
      int[] half = TestingPainter.portrait(seed, 1).colours();
      Arrays.fill(half, 6 * 16, half.length, TestingPainter.BLANK);
      Locator second = visitor.tile("pixel", 1);
      visitor.awaitColours(second.locator("canvas"), half);
      assertThat(second).isDisabled();
      assertThat(visitor.column("pixel").locator(".state")).hasText("Drawing, 37 %");
      gateway.release();
      visitor.awaitPhase("pixel", "finished");
      visitor.awaitPicture(second.locator("canvas"), TestingPainter.portrait(seed, 1));
      assertThat(second).isEnabled();
      assertThat(visitor.column("pixel").locator(".state")).containsText("2 pictures");
    }
  }

  @Test
  void familiesDrawTheSamePromptSideBySideFromOneSeed() {
    try (GalleryVisitor visitor = visit()) {
      visitor.draw("red hair");
      visitor.awaitPhase("pixel", "finished");
      visitor.awaitPhase("vae", "finished");
      assertThat(gateway.requests())
          .extracting(request -> request.getString("model"))
          .containsExactly("pixel", "vae");
      for (JsonObject request : gateway.requests()) {
        assertThat(request.getString("prompt")).isEqualTo("red hair");
        assertThat(request.getLong("seed")).isEqualTo(seed());
        assertThat(request.getDouble("temperature")).isEqualTo(1);
        assertThat(request.getJsonObject("image"))
            .isEqualTo(new JsonObject().put("n", 4).put("scale", 1).put("previews", 16));
      }
      double left = visitor.column("pixel").boundingBox().y;
      assertThat(visitor.column("vae").boundingBox().y).isEqualTo(left);
      assertThat(visitor.drawing().locator(".tile:enabled")).hasCount(8);
    }
  }

  @Test
  void aReloadContinuesTheStreamAndWhatIsFinishedStays() {
    gateway.script(request -> TestingPainter.answer(request).heldAt(46));
    try (GalleryVisitor visitor = visit()) {
      visitor.families("pixel");
      visitor.pictures(3);
      visitor.draw("red hair");
      // 45 previews of three pictures, and the first picture.
      assertThat(visitor.drawing().locator(".tile:enabled")).hasCount(1);
      visitor.visitor().reload();
      visitor.ready();
      assertThat(visitor.drawing().locator(".tile:enabled")).hasCount(1);
      visitor.awaitPhase("pixel", "running");
      gateway.release();
      visitor.awaitPhase("pixel", "finished");
      visitor.visitor().reload();
      visitor.ready();
      assertThat(visitor.drawing().locator("h2")).hasText("red hair");
      for (int i = 0; i < 3; i++) {
        visitor.awaitPicture(
            visitor.tile("pixel", i).locator("canvas"), TestingPainter.portrait(seed(), i));
      }
      assertThat(gateway.requests()).hasSize(1);
    }
  }

  @Test
  void aPictureLostOnTheWayIsAskedForAgain() {
    AtomicInteger lost = new AtomicInteger();
    gateway.loses(frame ->
        frame.getString("type").equals("image")
            && Integer.valueOf(1).equals(frame.getInteger("first_index"))
            && lost.getAndIncrement() == 0);
    try (GalleryVisitor visitor = visit()) {
      visitor.families("vae");
      visitor.draw("red hair");
      visitor.awaitPhase("vae", "finished");
      assertThat(lost).hasPositiveValue();
      assertThat(visitor.drawing().locator(".tile:enabled")).hasCount(4);
    }
  }

  @Test
  void withoutAPromptAnythingIsDrawnAsManyAsThereMayBe() {
    try (GalleryVisitor visitor = visit()) {
      visitor.families("pixel");
      visitor.pictures(16);
      visitor.draw("");
      visitor.awaitPhase("pixel", "finished");
      assertThat(visitor.drawing().locator(".tile:enabled")).hasCount(16);
      assertThat(visitor.drawing().locator("h2")).hasText("Anything at all");
      assertThat(gateway.requests().getFirst().containsKey("prompt")).isFalse();
    }
  }

  @Test
  void picturesOfARequestMadeElsewhereAreShownByItsId() {
    try (GalleryVisitor visitor = visit();
        GalleryVisitor other = visit()) {
      visitor.families("vae");
      visitor.draw("red hair");
      visitor.awaitPhase("vae", "finished");
      visitor.look("vae", 0);
      String id = visitor.page().locator("#closer dd").last().textContent();
      other.page().navigate("about:blank"); // a change of the fragment alone loads nothing
      other.page().navigate(gateway.url().resolve("#r=" + id).toString());
      other.page().getByText("See the pictures in the gallery").click();
      other.awaitPhase("vae", "finished");
      other.awaitPicture(
          other.tile("vae", 3).locator("canvas"), TestingPainter.portrait(seed() + 7, 3));
      assertThat(gateway.requests()).hasSize(1);
    }
  }

  @Test
  void escStopsAndWhatCameStays() {
    gateway.script(request -> TestingPainter.answer(request).heldAt(2));
    try (GalleryVisitor visitor = visit()) {
      visitor.families("vae");
      visitor.draw("red hair");
      assertThat(visitor.drawing().locator(".tile:enabled")).hasCount(2);
      assertThat(visitor.visitor().button("Draw")).isHidden();
      visitor.page().keyboard().press("Escape");
      visitor.awaitPhase("vae", "finished");
      assertThat(visitor.column("vae").locator(".state")).containsText("stopped");
      assertThat(visitor.drawing().locator(".tile")).hasCount(2);
      assertThat(visitor.visitor().button("Draw")).isVisible();
    }
  }

  // What goes wrong

  @Test
  void aFullServerIsTriedAgainWhenItSaidSo() {
    gateway.says(
        Answer.with(
            Answer.refuses(429, "rate_limit_exceeded", "all slots are taken"),
            "retry_after_ms",
            1500));
    try (GalleryVisitor visitor = visit()) {
      visitor.families("pixel");
      visitor.draw("red hair");
      visitor.awaitPhase("pixel", "failed");
      Locator again = visitor.column("pixel").locator(".failure button");
      assertThat(again).hasText(Pattern.compile("Try again in [12] s"));
      assertThat(again).isDisabled();
      gateway.script(TestingPainter::answer);
      assertThat(again).hasText("Try again");
      again.click();
      visitor.awaitPhase("pixel", "finished");
      assertThat(gateway.requests().get(1)).isEqualTo(gateway.requests().get(0));
    }
  }

  @Test
  void aFamilyThatIsGoneSaysHowToStartItBesideTheOneThatDraws() {
    gateway.script(request ->
        request.getString("model").equals("vae")
            ? Answer.refuses(404, "model_not_found", "there is no model 'vae'")
            : TestingPainter.answer(request));
    try (GalleryVisitor visitor = visit()) {
      visitor.draw("red hair");
      visitor.awaitPhase("vae", "failed");
      visitor.awaitPhase("pixel", "finished");
      assertThat(visitor.column("vae").locator(".failure"))
          .containsText("services/weir up serves every family");
      assertThat(visitor.drawing().locator(".tile")).hasCount(4);
    }
  }

  @Test
  void withoutAFamilyItSaysHowToStartOneAndNoticesWhenThereIsOne() {
    gateway.serves("smollm2");
    try (GalleryVisitor visitor = visit()) {
      assertThat(visitor.page().locator("#no-painter")).containsText("services/weir up");
      visitor.draw("red hair");
      assertThat(visitor.page().locator("#toast")).containsText("No model that draws");
      assertThat(gateway.requests()).isEmpty();
      gateway.serves("smollm2", "pixel");
      assertThat(visitor.page().locator("#no-painter")).isHidden();
      assertThat(visitor.page().locator("#families .chip")).hasText("pixel");
      assertThat(visitor.page().locator("#model option")).hasText(new String[] {"smollm2"});
    }
  }

  @Test
  void wordsThatMeanNothingAreNamedAndMarked() {
    String message = "\"sword\" means nothing to this model and was left out";
    gateway.script(request -> TestingPainter.answer(request).warning(message, "sword"));
    try (GalleryVisitor visitor = visit()) {
      visitor.draw("a swordfish with a Sword, <b>red</b> hair");
      visitor.awaitPhase("pixel", "finished");
      visitor.awaitPhase("vae", "finished");
      assertThat(visitor.drawing().locator(".warnings li"))
          .hasText(new String[] {"pixel, vae: " + message});
      assertThat(visitor.drawing().locator("h2"))
          .hasText("a swordfish with a Sword, <b>red</b> hair");
      assertThat(visitor.drawing().locator("h2 mark")).hasText(new String[] {"Sword"});
    }
  }

  @Test
  void aNumberThatCannotBeIsNamedBeforeAnythingIsSent() {
    try (GalleryVisitor visitor = visit()) {
      visitor.pictures(17);
      visitor.draw("red hair");
      assertThat(visitor.page().locator("#easel .fault:visible"))
          .hasText("Write a number from 1 to 16.");
      assertThat(visitor.visitor().field("Pictures")).isFocused();
      assertThat(gateway.requests()).isEmpty();
    }
  }

  // Seeds

  @Test
  void theSeedIsAnotherEachTimeUnlessItIsKept() {
    try (GalleryVisitor visitor = visit()) {
      visitor.families("vae");
      visitor.draw("red hair");
      visitor.awaitPhase("vae", "finished");
      visitor.draw("red hair");
      assertThat(visitor.page().locator(".drawing")).hasCount(2);
      visitor.awaitPhase("vae", "finished");
      long second = gateway.requests().get(1).getLong("seed");
      assertThat(second).isNotEqualTo(gateway.requests().get(0).getLong("seed"));
      visitor.page().locator("#easel .with-button button[aria-label='Keep this seed']").click();
      visitor.draw("red hair");
      assertThat(visitor.page().locator(".drawing")).hasCount(3);
      visitor.awaitPhase("vae", "finished");
      assertThat(gateway.requests().get(2).getLong("seed")).isEqualTo(second);
    }
  }

  // Around it

  @Test
  void whatItSaysByItselfMeansSomethingToTheModels() {
    CaptionReader reader = new CaptionReader(PortraitWords.builtIn());
    try (GalleryVisitor visitor = visit()) {
      List<?> prompts =
          (List<?>)
              visitor
                  .page()
                  .evaluate(
                      """
                      async () => {
                        const {surprise} = await import('/js/gallery/surprise.js');
                        return [
                          ...Array.from({length: 400}, surprise),
                          ...Array.from(document.querySelectorAll('#gallery-ideas button'), (idea) => idea.textContent),
                          document.querySelector('#subject').placeholder,
                        ];
                      }
                      """);
      assertThat(prompts).hasSize(404);
      for (Object prompt : prompts) {
        CaptionReading reading = reader.read((String) prompt);
        assertThat(reading.unread()).as((String) prompt).isEmpty();
        assertThat(reading.conflicts()).as((String) prompt).isEmpty();
      }
      visitor.click("Surprise me");
      assertThat(visitor.page().locator("#subject")).hasValue(Pattern.compile("a person with .+"));
    }
  }

  @Test
  void theOldestDrawingsMakeRoom() {
    try (GalleryVisitor visitor = visit()) {
      visitor.families("vae");
      visitor.pictures(16);
      for (int i = 0; i < 17; i++) {
        visitor.draw("hat " + i);
        assertThat(visitor.drawing().locator("h2")).hasText("hat " + i);
        visitor.awaitPhase("vae", "finished");
      }
      assertThat(visitor.page().locator(".drawing")).hasCount(16);
      assertThat(visitor.page().locator(".drawing h2").last()).hasText("hat 1");
      assertThat(keptDrawings(visitor)).isEqualTo(16);
      visitor.visitor().reload();
      visitor.ready();
      assertThat(visitor.page().locator(".drawing")).hasCount(16);
    }
  }

  @Test
  void aDrawingIsDeletedAndBroughtBack() {
    try (GalleryVisitor visitor = visit()) {
      visitor.families("vae");
      visitor.draw("red hair");
      visitor.awaitPhase("vae", "finished");
      visitor.click("Delete");
      assertThat(visitor.page().locator(".drawing")).hasCount(0);
      assertThat(visitor.page().locator("#gallery-empty")).isVisible();
      visitor.click("Undo");
      assertThat(visitor.drawing().locator(".tile:enabled")).hasCount(4);
    }
  }

  @Test
  void nothingIsKeptOfWhatIsDeletedWhileItIsDrawn() {
    gateway.script(request -> TestingPainter.answer(request).heldAt(2));
    try (GalleryVisitor visitor = visit()) {
      visitor.families("vae");
      visitor.draw("red hair");
      assertThat(visitor.drawing().locator(".tile:enabled")).hasCount(2);
      visitor.click("Delete");
      assertThat(visitor.visitor().button("Draw")).isVisible(); // it was stopped
      visitor.visitor().reload();
      visitor.ready();
      assertThat(keptDrawings(visitor)).isEqualTo(0);
      assertThat(visitor.page().locator(".drawing")).hasCount(0);
    }
  }

  @Test
  void conversationsAndTheGalleryHaveAddressesAndKeepWhatIsInThem() {
    gateway.script(request ->
        request.containsKey("image") ? TestingPainter.answer(request) : Answer.says("A dam."));
    try (Visitor visitor = Visitor.at(browsers(), gateway.url()).ready()) {
      visitor.say("What is a weir?");
      visitor.awaitPhase("finished");
      String conversation = visitor.page().url();
      visitor.page().locator("#to-gallery").click();
      assertThat(visitor.page()).hasURL(gateway.url() + "#gallery");
      assertThat(visitor.page()).hasTitle("Gallery · Weir");
      assertThat(visitor.page().locator("#to-gallery")).hasAttribute("aria-current", "page");
      assertThat(visitor.composer()).isHidden();
      visitor.page().locator("#to-conversations").click();
      assertThat(visitor.page()).hasURL(conversation);
      assertThat(visitor.answer()).containsText("A dam.");
      visitor.page().goBack();
      assertThat(visitor.page().locator("#subject")).isVisible();
      visitor.button("New conversation").click();
      assertThat(visitor.composer()).isFocused();
      assertThat(visitor.page().locator(".turn")).hasCount(0);
      visitor.page().locator("#to-gallery").click();
      visitor.page().locator(".history a").click();
      assertThat(visitor.answer()).containsText("A dam.");
      assertThat(visitor.page().locator("#subject")).isHidden();
    }
  }

  @Test
  void theKeyboardIsEnough() {
    try (GalleryVisitor visitor = visit()) {
      assertThat(visitor.page().locator("#subject")).isFocused();
      visitor.page().keyboard().type("red hair");
      visitor.page().keyboard().press("Enter");
      visitor.awaitPhase("pixel", "finished");
      visitor.awaitPhase("vae", "finished");
      Locator tile = visitor.tile("pixel", 0);
      for (int i = 0; i < 40 && !isFocused(tile); i++) {
        visitor.page().keyboard().press("Tab");
      }
      visitor.page().keyboard().press("Enter");
      assertThat(visitor.page().locator("#closer")).isVisible();
      visitor.page().keyboard().press("Escape");
      assertThat(visitor.page().locator("#closer")).isHidden();
      assertThat(tile).isFocused();
    }
  }

  /** How many entries the browser's storage has. */
  private static Object keptDrawings(GalleryVisitor visitor) {
    return visitor
        .page()
        .evaluate(
            "() => Object.keys(localStorage).filter(key =>"
                + " key.startsWith('weir.drawing.')).length");
  }

  private static boolean isFocused(Locator locator) {
    return (Boolean) locator.evaluate("element => element === document.activeElement");
  }
}
