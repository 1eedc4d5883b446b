package dev.weir.e2e.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How the page looks, and that everybody can use it: axe-core finds nothing in any state, at any
 * width, in any colours. Leaves pictures under {@code target/screenshots} for people to judge.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class PageLooksIT {
  private static final Answer.Says ANSWER = Answer.says(Texts.MARKDOWN).every(1);
  private static final Answer.Says STORY =
      Answer.says(" there lived a keeper of weirs who listened to the water all night.").every(1);

  private final TestingGateway gateway = new TestingGateway();
  private Browsers browsers;

  @BeforeAll
  void start() {
    browsers = Browsers.launch();
  }

  @AfterAll
  void stop() {
    gateway.close();
    browsers.close();
  }

  @BeforeEach
  void reset() {
    gateway.reset();
  }

  @ParameterizedTest
  @CsvSource({
    "360, LIGHT", "768, LIGHT", "1280, LIGHT",
    "360, DARK", "768, DARK", "1280, DARK"
  })
  void everybodyCanUseIt(int width, ColorScheme scheme) {
    String name = width + "-" + scheme.name().toLowerCase(Locale.ROOT);
    try (Visitor visitor = Visitor.at(browsers, gateway.url(), width, scheme).ready()) {
      look(visitor, name + "-1-empty");

      gateway.says(ANSWER);
      visitor.say("What does a weir do to a river, and how is its discharge computed?");
      visitor.awaitPhase("finished");
      gateway.says(ANSWER.heldAt(110));
      visitor.say("Once more, please.");
      visitor.awaitText("a sharp crest");
      look(visitor, name + "-2-streaming");
      gateway.release();
      visitor.awaitPhase("finished");
      visitor.answer().getByText("Details").click();
      visitor.picture(name + "-3-finished");

      gateway.says(
          Answer.with(
              Answer.refuses(400, "invalid_value", "max_tokens: must be at most 2048"),
              "field",
              "max_tokens"));
      visitor.say("And in ten thousand words?");
      visitor.awaitPhase("failed");
      look(visitor, name + "-4-failed");

      openSettings(visitor, width);
      visitor.page().locator("#more summary").click();
      visitor.field("Token probabilities").check();
      visitor.field("Temperature").fill("9");
      look(visitor, name + "-5-settings");
      visitor.field("Temperature").fill("0.7");
      visitor.page().keyboard().press("Escape");

      if (width < 900) {
        visitor.button("Conversations").click();
        look(visitor, name + "-6-conversations");
        visitor.page().keyboard().press("Escape");
      }

      gateway.says(STORY);
      visitor.page().locator("#mode").getByText("Prompt").click();
      visitor.say("Once upon a time, in a valley without bridges,");
      visitor.awaitPhase("finished");
      visitor.button("Probabilities").click();
      visitor.page().locator(".token").nth(3).click();
      gateway.refuse(true);
      gateway.dropConnections();
      assertThat(visitor.page().locator("#notice")).isVisible();
      look(visitor, name + "-7-probabilities-offline");
    }
  }

  @Test
  void theChosenThemeStandsBeforeTheFirstPaintOfTheNextVisit() {
    try (Visitor visitor = Visitor.at(browsers, gateway.url()).ready()) {
      visitor.page().locator("#theme").getByText("Dark").click();
      assertThat(backgroundOf(visitor)).isEqualTo("rgb(13, 20, 21)");
      visitor.reload();
      assertThat(visitor.page().locator("html")).hasAttribute("data-theme", "dark");
      visitor.ready();
      assertThat(visitor.page().locator("#theme input[value=dark]")).isChecked();
    }
  }

  @Test
  void nothingMovesForThoseWhoWantNoMotion() {
    gateway.says(Answer.counts(40).heldAt(20));
    try (Visitor visitor = Visitor.at(browsers, gateway.url())) {
      visitor.wantsNoMotion();
      visitor.ready().say("Count");
      visitor.awaitText("19");
      assertThat(visitor.page().evaluate("() => document.getAnimations().length")).isEqualTo(0);
      assertThat(visitor.page().evaluate("() => CSS.highlights.size")).isEqualTo(0);
    }
  }

  @Test
  void noWidthMakesThePageScrollSideways() {
    gateway.says(Answer.says(Texts.MARKDOWN + "\n" + "x".repeat(300)));
    try (Visitor visitor = Visitor.at(browsers, gateway.url(), 320, ColorScheme.LIGHT).ready()) {
      visitor.say("y".repeat(300));
      visitor.awaitPhase("finished");
      Object beyond =
          visitor
              .page()
              .evaluate(
                  "() => [...document.querySelectorAll('#scroller, .main')]"
                      + ".map(e => e.scrollWidth - e.clientWidth).reduce((a, b) => a + b)");
      assertThat(beyond).isEqualTo(0);
    }
  }

  /** Whatever comes, only turns of the conversation are spoken: a live region a token is noise. */
  @Test
  void assistiveTechnologyHearsTurnsAndNotTokens() {
    gateway.says(Answer.says("A weir is a low dam."));
    try (Visitor visitor = Visitor.at(browsers, gateway.url()).ready()) {
      visitor
          .page()
          .evaluate(
              """
              () => {
                window.spoken = [];
                new MutationObserver(() => spoken.push(announcer.textContent))
                    .observe(announcer, {childList: true, characterData: true, subtree: true});
              }
              """);
      visitor.say("What is a weir?");
      visitor.awaitPhase("finished");
      assertThat(visitor.page().locator("#announcer")).hasText("Answer: A weir is a low dam.");
      assertThat((java.util.List<?>) visitor.page().evaluate("() => spoken")).hasSizeLessThan(5);
      assertThat(visitor.page().locator("#turns [aria-live], #turns [role=log]")).hasCount(0);
    }
  }

  private static void openSettings(Visitor visitor, int width) {
    if (width < 1200) {
      visitor.button("Settings").click();
    }
  }

  private static Object backgroundOf(Visitor visitor) {
    return visitor.page().evaluate("() => getComputedStyle(document.body).backgroundColor");
  }

  private static void look(Visitor visitor, String name) {
    visitor.settle();
    visitor.picture(name);
    assertThat(Axe.violations(visitor.page())).as(name).isEmpty();
  }
}
