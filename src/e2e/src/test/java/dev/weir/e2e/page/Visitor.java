package dev.weir.e2e.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/**
 * Somebody with a browser of their own, and what they do with the page. Closing it fails the test
 * if the page threw anything or broke its own policy.
 */
final class Visitor implements AutoCloseable {
  /** How long to wait for what must come: for machines that are busy with other things. */
  static final double PATIENCE_MS = 60_000;

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  private final BrowserContext context;
  private final Page page;
  private final List<String> faults = new CopyOnWriteArrayList<>();

  private Visitor(BrowserContext context) {
    this.context = context;
    this.page = context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.onPageError(faults::add);
    page.onConsoleMessage(message -> {
      if (message.text().contains("Content Security Policy")) {
        faults.add(message.text());
      }
    });
  }

  static Visitor at(Browsers browsers, URI url) {
    return at(browsers, url, 1280, ColorScheme.LIGHT);
  }

  static Visitor at(Browsers browsers, URI url, int width, ColorScheme scheme) {
    Visitor visitor =
        new Visitor(
            browsers
                .browser()
                .newContext(
                    new Browser.NewContextOptions()
                        .setViewportSize(width, width < 500 ? 740 : width < 1000 ? 1024 : 800)
                        .setDeviceScaleFactor(width < 500 ? 2 : 1)
                        .setColorScheme(scheme)));
    visitor.page.navigate(url.toString());
    return visitor;
  }

  Visitor ready() {
    assertThat(page.locator("#link-state")).hasAttribute("data-state", "open");
    assertThat(page.getByLabel("Model", exact())).isEnabled();
    return this;
  }

  Page page() {
    return page;
  }

  Locator composer() {
    return page.locator("#prompt");
  }

  Locator answer() {
    return page.locator(".turn").last();
  }

  Locator answerText() {
    return answer().locator(".answer-text");
  }

  Locator button(String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  /** Of those that are in sight: conversations and the gallery have some of the same name. */
  Locator field(String label) {
    return page.getByLabel(label, exact()).filter(new Locator.FilterOptions().setVisible(true));
  }

  void say(String prompt) {
    composer().fill(prompt);
    composer().press("Enter");
  }

  void awaitText(String text) {
    assertThat(answerText()).containsText(text);
  }

  void awaitText(Pattern text) {
    assertThat(answerText()).containsText(text);
  }

  /** Waits until the last answer has ended. */
  void awaitEnd() {
    assertThat(answer()).hasAttribute("aria-busy", "false");
  }

  void awaitPhase(String phase) {
    assertThat(answer()).hasAttribute("data-phase", phase);
  }

  void reload() {
    page.reload();
  }

  String text() {
    return answerText().textContent();
  }

  /** Sets what the settings dialog sets; the page reads it when it is loaded the next time. */
  void prefer(Map<String, Object> settings) {
    page.evaluate(
        "settings => localStorage.setItem('weir.settings', JSON.stringify(settings))", settings);
  }

  /** Waits until what slides has slid. */
  void settle() {
    page.evaluate(
        """
        () => Promise.all(document.getAnimations()
            .filter(animation => animation instanceof CSSTransition)
            .map(transition => transition.finished.catch(() => {})))
        """);
  }

  /** Keeps a picture for people to look at. */
  void picture(String name) {
    page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")));
  }

  void wantsNoMotion() {
    page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
  }

  @Override
  public void close() {
    context.close();
    assertThat(faults).isEmpty();
  }

  private static Page.GetByLabelOptions exact() {
    return new Page.GetByLabelOptions().setExact(true);
  }
}
