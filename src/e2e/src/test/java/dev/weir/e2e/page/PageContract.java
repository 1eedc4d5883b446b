package dev.weir.e2e.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.WebSocketRoute;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * What the page does whoever serves it. The answers' words are unknown here: they are compared with
 * what another browser reads of the same stream from its beginning.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class PageContract {
  private static final String LONG =
      "Write three short paragraphs and a numbered list about rivers.";

  /** Enough for people to see it stream: seconds, whatever the model has to say. */
  private static final int LONG_TOKENS = 600;

  /** Enough to do something in the middle, however slow that is. */
  private static final int ENDLESS_TOKENS = 1500;

  private Browsers browsers;
  private @Nullable PageHost host;

  /** Starts what serves the page. */
  abstract PageHost startHost() throws Exception;

  @BeforeAll
  final void start() throws Exception {
    browsers = Browsers.launch();
    host = startHost();
  }

  @AfterAll
  final void stop() {
    if (host != null) {
      host.close();
    }
    browsers.close();
  }

  final Browsers browsers() {
    return browsers;
  }

  private PageHost host() {
    return Objects.requireNonNull(host);
  }

  final Visitor visit() {
    return Visitor.at(browsers, host().url()).ready();
  }

  private Visitor visitForLongAnswers() {
    return wantingTokens(visit(), LONG_TOKENS, false);
  }

  private Visitor visitForEndlessAnswers() {
    return wantingTokens(visit(), ENDLESS_TOKENS, false);
  }

  /** For answers that end when they are stopped. */
  final Visitor visitForEndlessAnswers(int width, ColorScheme scheme) {
    Visitor visitor = Visitor.at(browsers, host().url(), width, scheme).ready();
    return wantingTokens(visitor, ENDLESS_TOKENS, true);
  }

  private static Visitor wantingTokens(Visitor visitor, int tokens, boolean markdown) {
    visitor.prefer(
        Map.of("temperature", 0, "max_tokens", tokens, "ignore_eos", true, "markdown", markdown));
    visitor.reload();
    return visitor.ready();
  }

  @Test
  void tokensShowAsTheyComeAndAreMeasured() {
    try (Visitor visitor = visitForLongAnswers()) {
      visitor.say(LONG);
      assertThat(visitor.answerText()).not().isEmpty();
      int early = visitor.text().length();
      visitor.awaitEnd();
      assertThat(visitor.text().length()).isGreaterThan(early);
      assertThat(visitor.answer().locator(".measures"))
          .containsText(Pattern.compile("\\d+ tokens.*tokens/s.*first after"));
      assertThat(visitor.composer()).isFocused();
    }
  }

  @Test
  void theStopButtonEndsTheStream() {
    try (Visitor visitor = visitForEndlessAnswers()) {
      visitor.say(LONG);
      assertThat(visitor.answerText()).not().isEmpty();
      visitor.button("Stop").click();
      visitor.awaitEnd();
      assertThat(visitor.answer().locator(".measures")).containsText("stopped");
      assertThat(visitor.button("Send")).isVisible();
      assertThat(visitor.composer()).isFocused();
    }
  }

  @Test
  void aReloadInTheMiddleContinuesTheSameStream() {
    try (Visitor visitor = visitForLongAnswers()) {
      visitor.say(LONG);
      assertThat(visitor.answer().locator(".measures")).containsText("tokens/s");
      String early = visitor.text();
      String id = liveRequest(visitor);
      visitor.reload();
      visitor.awaitEnd();
      assertThat(visitor.text()).startsWith(early).isEqualTo(asReadByAnother(id));
      assertThat(visitor.text().length()).isGreaterThan(early.length());
    }
  }

  @Test
  void aLostConnectionIsResumedWhereItBroke() {
    List<WebSocketRoute> sockets = new CopyOnWriteArrayList<>();
    try (Visitor visitor = visitForLongAnswers()) {
      visitor.page().routeWebSocket("**/v1/ws**", socket -> route(sockets, socket));
      visitor.reload();
      visitor.ready().say(LONG);
      assertThat(visitor.answer().locator(".measures")).containsText("tokens/s");
      String id = liveRequest(visitor);
      sockets.getLast().close();
      visitor.awaitEnd();
      assertThat(sockets).hasSizeGreaterThan(1);
      assertThat(visitor.text()).isEqualTo(asReadByAnother(id));
    }
  }

  @Test
  void theKeyboardIsEnough() {
    try (Visitor visitor = visitForEndlessAnswers()) {
      Page page = visitor.page();
      assertThat(visitor.composer()).isFocused();
      List<String> reached = new ArrayList<>();
      do {
        page.keyboard().press("Shift+Tab");
        reached.add(
            (String)
                page.evaluate(
                    "() => document.activeElement.id || document.activeElement.className"));
      } while (!reached.getLast().equals("skip") && reached.size() < 40);
      assertThat(reached).contains("scroller", "settings-toggle", "model", "new", "skip");
      page.keyboard().press("Enter");
      assertThat(visitor.composer()).isFocused();
      page.keyboard().type("Two");
      page.keyboard().press("Shift+Enter");
      page.keyboard().type("lines");
      assertThat(visitor.composer()).hasValue("Two\nlines");
      page.keyboard().press("Enter");
      assertThat(visitor.composer()).hasValue("");
      assertThat(page.locator(".said").last()).hasText("Two\nlines");
      assertThat(visitor.answerText()).not().isEmpty();
      page.keyboard().press("Escape");
      visitor.awaitEnd();
      assertThat(visitor.composer()).isFocused();
    }
  }

  @Test
  void nothingIsLoadedFromElsewhere() {
    try (Visitor visitor = visit()) {
      List<String> addresses = new CopyOnWriteArrayList<>();
      visitor.page().onRequest((Request request) -> addresses.add(request.url()));
      visitor.reload();
      visitor.ready();
      assertThat(addresses)
          .isNotEmpty()
          .allSatisfy(url -> assertThat(url).startsWith(host().url().toString()));
    }
  }

  @Test
  void markupInAPromptStaysText() {
    String markup = "<img src=x onerror=alert(1)><b>bold</b>";
    try (Visitor visitor = visit()) {
      visitor.say(markup);
      assertThat(visitor.page().locator(".said")).hasText(markup);
      assertThat(visitor.page().locator(".said *")).hasCount(0);
      assertThat(visitor.page().locator(".history .name")).hasText(markup);
    }
  }

  /** The request id that the address carries while something streams. */
  private static String liveRequest(Visitor visitor) {
    String address = visitor.page().url();
    assertThat(address).contains("&r=");
    return address.substring(address.indexOf("&r=") + 3);
  }

  /** The text of a stream, read from its beginning by somebody who knows nothing but its id. */
  private String asReadByAnother(String id) {
    try (Visitor other = visit()) {
      other.prefer(Map.of("markdown", false)); // which would show paragraphs instead of line breaks
      other.page().navigate("about:blank"); // a change of the fragment alone loads nothing
      other.page().navigate(host().url().resolve("#r=" + id).toString());
      other.awaitEnd();
      return other.text();
    }
  }

  private static void route(List<WebSocketRoute> sockets, WebSocketRoute socket) {
    sockets.add(socket);
    var _ = socket.connectToServer();
  }
}
