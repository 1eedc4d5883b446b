package dev.weir.e2e.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.weir.image.RgbPicture;
import java.net.URI;
import java.util.List;

/** Somebody in the gallery. Closing it fails the test as closing a {@link Visitor} does. */
final class GalleryVisitor implements AutoCloseable {
  /** The colours of a canvas 0xrrggbb, -1 where it is transparent. */
  private static final String COLOURS =
      """
      canvas => {
        const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return Array.from({length: data.length / 4}, (_, i) => data[4 * i + 3] === 0
            ? -1 : data[4 * i] << 16 | data[4 * i + 1] << 8 | data[4 * i + 2]);
      }
      """;

  private final Visitor visitor;

  private GalleryVisitor(Visitor visitor) {
    this.visitor = visitor;
  }

  static GalleryVisitor at(Browsers browsers, URI url) {
    return at(browsers, url, 1280, ColorScheme.LIGHT);
  }

  static GalleryVisitor at(Browsers browsers, URI url, int width, ColorScheme scheme) {
    Visitor visitor = Visitor.at(browsers, url.resolve("#gallery"), width, scheme);
    return new GalleryVisitor(visitor).ready();
  }

  /** Waits until the page knows which families there are. */
  GalleryVisitor ready() {
    assertThat(page().locator("#link-state")).hasAttribute("data-state", "open");
    assertThat(page().locator("#families .chip, #no-painter:not([hidden])").first()).isVisible();
    return this;
  }

  Visitor visitor() {
    return visitor;
  }

  Page page() {
    return visitor.page();
  }

  /** What is drawn with: the others are not. */
  void families(String... names) {
    for (Locator box : page().locator("#families input").all()) {
      box.setChecked(
          List.of(names).contains(box.getAttribute("value")),
          new Locator.SetCheckedOptions().setForce(true));
    }
  }

  void pictures(int n) {
    visitor.field("Pictures").fill(String.valueOf(n));
  }

  void draw(String prompt) {
    page().locator("#subject").fill(prompt);
    page().locator("#subject").press("Enter");
  }

  /** The newest. */
  Locator drawing() {
    return page().locator(".drawing").first();
  }

  /** What a family makes of the newest. */
  Locator column(String family) {
    return drawing().locator(".column[aria-label=" + family + "]");
  }

  void awaitPhase(String family, String phase) {
    assertThat(column(family)).hasAttribute("data-phase", phase);
  }

  Locator tile(String family, int index) {
    return column(family).locator(".tile").nth(index);
  }

  /** Opens a picture. */
  void look(String family, int index) {
    tile(family, index).click();
    assertThat(page().locator("#closer")).isVisible();
  }

  /** Does what a button of the opened picture says. */
  void click(String name) {
    visitor.button(name).click();
  }

  /** Waits until a canvas shows exactly these colours, 0xrrggbb or -1. */
  void awaitColours(Locator canvas, int[] colours) {
    page()
        .waitForFunction(
            "([canvas, wanted]) => JSON.stringify((" + COLOURS.strip() + ")(canvas)) === wanted",
            List.of(canvas.elementHandle(), json(colours)));
  }

  void awaitPicture(Locator canvas, RgbPicture picture) {
    awaitColours(canvas, picture.colours());
  }

  private static String json(int[] colours) {
    StringBuilder json = new StringBuilder("[");
    for (int colour : colours) {
      json.append(json.length() > 1 ? "," : "").append(colour);
    }
    return json.append(']').toString();
  }

  @Override
  public void close() {
    visitor.close();
  }
}
