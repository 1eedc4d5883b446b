package dev.weir.e2e.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page against a gateway whose model says what each test wants. */
final class PageIT extends PageContract {
  /** In one go: between two, the page may have tried by itself. */
  private static final String TRY_NOW =
      """
      () => {
        document.querySelector('#notice button').click();
        return document.querySelector('#link-state').dataset.state;
      }
      """;

  private final TestingGateway gateway = new TestingGateway();

  @Override
  PageHost startHost() {
    return gateway;
  }

  @BeforeEach
  void reset() {
    gateway.reset();
    // As many as are asked for, slowly enough to be seen.
    gateway.script(request -> Answer.counts(request.getInteger("max_tokens", 100)).every(3));
  }

  // Nothing is lost, nothing comes twice

  @Test
  void noTokenIsLostOrDoubledByAReload() {
    Answer.Says answer = Answer.counts(60).heldAt(30);
    gateway.says(answer);
    try (Visitor visitor = visit()) {
      visitor.say("Count");
      visitor.awaitText("29");
      visitor.reload();
      visitor.awaitText(
          "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29");
      visitor.awaitPhase("running");
      gateway.release();
      visitor.awaitEnd();
      assertThat(visitor.text()).isEqualTo(answer.text());
      assertThat(gateway.requests()).hasSize(1);
    }
  }

  @Test
  void aReloadBeforeTheFirstTokenContinuesToo() {
    Answer.Says answer = Answer.counts(20).heldAt(0);
    gateway.says(answer);
    try (Visitor visitor = visit()) {
      visitor.say("Count");
      visitor.awaitPhase("running");
      visitor.reload();
      visitor.awaitPhase("running");
      gateway.release();
      visitor.awaitEnd();
      assertThat(visitor.text()).isEqualTo(answer.text());
    }
  }

  @Test
  void aBrokenConnectionIsShownAndTheStreamGoesOnBehindTheCursor() {
    Answer.Says answer = Answer.counts(60).heldAt(20);
    gateway.says(answer);
    try (Visitor visitor = visit()) {
      visitor.say("Count");
      visitor.awaitText("19");
      gateway.refuse(true);
      gateway.dropConnections();
      assertThat(visitor.page().locator("#notice")).containsText("Connection lost");
      assertThat(visitor.page().locator("#link-state")).containsText("Offline");
      assertThat(visitor.page().locator("#link-state")).hasAttribute("data-state", "waiting");
      assertThat(visitor.page().evaluate(TRY_NOW)).isEqualTo("connecting");
      gateway.release();
      gateway.refuse(false);
      visitor.awaitEnd();
      assertThat(visitor.text()).isEqualTo(answer.text());
      assertThat(visitor.page().locator("#notice")).isHidden();
    }
  }

  /** As happens when a timer paints between the beginning of a frame and its callbacks. */
  @Test
  void framesOfAnEarlierTimeThanTheLastDoNoHarm() {
    Answer.Says answer = Answer.counts(60);
    gateway.says(answer);
    try (Visitor visitor = visit()) {
      visitor
          .page()
          .addInitScript(
              """
              const frame = requestAnimationFrame;
              let behind = false;
              requestAnimationFrame = (paint) => frame((nowMs) => {
                behind = !behind;
                paint(behind ? nowMs : nowMs - 700);
              });
              """);
      visitor.reload();
      visitor.ready().say("Count");
      visitor.awaitEnd();
      assertThat(visitor.text()).isEqualTo(answer.text());
    }
  }

  @Test
  void aFrameLostOnTheWayIsAskedForAgain() {
    Answer.Says answer = Answer.counts(40);
    Set<Object> lost = ConcurrentHashMap.newKeySet();
    gateway.says(answer);
    gateway.loses(
        frame -> Integer.valueOf(10).equals(frame.getInteger("first_index")) && lost.add(10));
    try (Visitor visitor = visit()) {
      visitor.say("Count");
      visitor.awaitEnd();
      assertThat(lost).isNotEmpty();
      assertThat(visitor.text()).isEqualTo(answer.text());
    }
  }

  @Test
  void aStreamWhoseCursorIsGoneIsReadFromItsBeginning() {
    Answer.Says answer = Answer.counts(30).heldAt(10);
    gateway.says(answer);
    try (Visitor visitor = visit()) {
      visitor.say("Count");
      visitor.awaitText("9");
      gateway.forgets("0-10"); // of the tenth token, behind `started`
      visitor.reload();
      visitor.awaitText("0 1 2 3 4 5 6 7 8 9");
      gateway.release();
      visitor.awaitEnd();
      assertThat(visitor.text()).isEqualTo(answer.text());
    }
  }

  @Test
  void aStreamThatIsGoneSaysSo() {
    try (Visitor visitor =
        Visitor.at(browsers(), gateway.url().resolve("#r=018f0000-0000-7000-8000-000000000000"))) {
      visitor.awaitPhase("failed");
      assertThat(visitor.answer()).containsText("This stream is no longer kept");
    }
  }

  @Test
  void aLongStreamIsGrantedMoreCreditThanItBeganWith() {
    Answer.Says answer = Answer.counts(700).every(1);
    gateway.says(answer);
    try (Visitor visitor = visit()) {
      visitor.say("Count");
      visitor.awaitEnd();
      assertThat(visitor.text()).isEqualTo(answer.text());
    }
  }

  @Test
  void aStreamGoesOnWhileAnotherConversationIsShown() {
    Answer.Says answer = Answer.counts(40).heldAt(20);
    gateway.says(answer);
    try (Visitor visitor = visit()) {
      visitor.say("The first");
      visitor.awaitText("19");
      visitor.button("New conversation").click();
      assertThat(visitor.page().locator(".turn")).hasCount(0);
      assertThat(visitor.page().locator(".history .live")).hasCount(1);
      gateway.release();
      assertThat(visitor.page().locator(".history .live")).hasCount(0);
      visitor.page().locator(".history a").click();
      assertThat(visitor.text()).isEqualTo(answer.text());
    }
  }

  @Test
  void aPausedStreamShowsAllItsTokensAndThatNothingFlows() {
    gateway.says(Answer.counts(60).every(8).heldAt(40));
    try (Visitor visitor = visit()) {
      visitor.say("Count");
      visitor.awaitText("39");
      Locator measures = visitor.answer().locator(".measures");
      assertThat(measures).containsText("40 tokens");
      assertThat(measures).containsText("0.0 tokens/s");
      assertThat(visitor.page().locator("#figures")).hasText("0.0 tokens/s");
      visitor.awaitPhase("running");
      gateway.release();
      visitor.awaitEnd();
      assertThat(measures).containsText("60 tokens");
      assertThat(measures).not().containsText("0.0 tokens/s");
    }
  }

  // When something goes wrong

  @Test
  void aRefusalNamesTheFieldAndLeadsToIt() {
    gateway.says(
        Answer.with(
            Answer.refuses(400, "invalid_value", "max_tokens must be at most 2048, was 99999."),
            "field",
            "max_tokens"));
    try (Visitor visitor = visit()) {
      visitor.say("Go");
      visitor.awaitPhase("failed");
      assertThat(visitor.answer()).containsText("max_tokens must be at most 2048, was 99999.");
      assertThat(visitor.page().locator("#alarm")).containsText("max_tokens must be at most 2048");
      visitor.button("Change max tokens").click();
      assertThat(visitor.field("Max tokens")).isFocused();
    }
  }

  @Test
  void aFullServerIsTriedAgainWhenItSaidSo() {
    gateway.says(
        Answer.with(
            Answer.refuses(429, "rate_limit_exceeded", "All slots are taken."),
            "retry_after_ms",
            1200));
    try (Visitor visitor = visit()) {
      visitor.say("Go");
      visitor.awaitPhase("failed");
      Locator again = visitor.answer().locator(".next button");
      assertThat(again).isDisabled();
      assertThat(again).containsText("Try again in");
      gateway.says(Answer.counts(5));
      visitor.button("Try again").click();
      visitor.awaitPhase("finished");
      assertThat(visitor.text()).isEqualTo("0 1 2 3 4");
      assertThat(visitor.page().locator(".turn")).hasCount(2);
    }
  }

  @Test
  void aRequestThatWasNeverConfirmedSaysSoAndIsNotSentTwiceByItself() {
    gateway.says(new Answer.Vanishes());
    try (Visitor visitor = visit()) {
      visitor.say("Go");
      visitor.awaitPhase("failed");
      assertThat(visitor.answer()).containsText("Not confirmed");
      visitor.ready();
      assertThat(gateway.requests()).hasSize(1);
      gateway.says(Answer.counts(3));
      visitor.button("Try again").click();
      visitor.awaitPhase("finished");
      assertThat(visitor.text()).isEqualTo("0 1 2");
    }
  }

  @Test
  void aStreamThatFailsKeepsWhatItSaid() {
    gateway.says(
        new Answer.Fails(
            Answer.counts(8).tokens(),
            new JsonObject()
                .put("code", "internal")
                .put("message", "The device is out of memory.")));
    try (Visitor visitor = visit()) {
      visitor.say("Go");
      visitor.awaitPhase("failed");
      assertThat(visitor.text()).isEqualTo("0 1 2 3 4 5 6 7");
      assertThat(visitor.answer()).containsText("The device is out of memory.");
      assertThat(visitor.button("Try again")).isEnabled();
    }
  }

  @Test
  void withoutAModelItSaysHowToStartOneAndNoticesWhenThereIsOne() {
    gateway.serves();
    try (Visitor visitor = Visitor.at(browsers(), gateway.url())) {
      Locator hint = visitor.page().locator("#no-model");
      assertThat(hint).isVisible();
      assertThat(hint).containsText("services/weir up");
      visitor.picture("no-model");
      visitor.say("Is anybody there?");
      assertThat(visitor.page().locator("#toast")).containsText("No model is served yet");
      assertThat(visitor.composer()).hasValue("Is anybody there?");
      gateway.serves("smollm2");
      visitor.ready();
      assertThat(hint).isHidden();
    }
  }

  @Test
  void anApiKeyIsAskedForAndKeptForTheTab() {
    gateway.wantsKey("sesame");
    try (Visitor visitor = Visitor.at(browsers(), gateway.url())) {
      visitor.field("API key").fill("wrong");
      visitor.button("Continue").click();
      assertThat(visitor.page().locator("#access-hint")).containsText("did not take the key");
      visitor.field("API key").fill("sesame");
      visitor.button("Continue").click();
      visitor.ready();
      visitor.reload();
      visitor.ready();
      visitor.say("Go");
      visitor.awaitPhase("finished");
    }
  }

  @Test
  void aModelWithoutAChatTemplateIsGivenTexts() {
    gateway.serves("base-135m", "smollm2");
    try (Visitor visitor = visit()) {
      assertThat(visitor.page().locator("#mode input[value=prompt]")).isChecked();
      visitor.field("Model").selectOption("smollm2");
      visitor.page().locator("#mode").getByText("Chat").click();
      assertThat(visitor.composer()).hasAttribute("placeholder", "Write a message");
    }
  }

  // What models say

  @Test
  void markupOfAModelStaysText() {
    String hostile =
        "<img src=x onerror=\"window.taken=1\"><script>window.taken=1</script>\n\n"
            + "[here](javascript:window.taken=1) [there](https://example.org/?a=1&b=2)\n\n"
            + "`<b>` **<i>x</i>**\n\n```html\n<iframe src=evil></iframe>\n```\n";
    gateway.says(Answer.says(hostile));
    try (Visitor visitor = visit()) {
      visitor.say("Attack");
      visitor.awaitPhase("finished");
      Locator text = visitor.answerText();
      assertThat(text.locator("img, script, iframe, i, b")).hasCount(0);
      assertThat(text)
          .containsText("<img src=x onerror=\"window.taken=1\"><script>window.taken=1</script>");
      assertThat(text).containsText("[here](javascript:window.taken=1)");
      assertThat(text.locator("pre")).hasText("<iframe src=evil></iframe>");
      assertThat(text.locator("strong")).hasText("<i>x</i>");
      assertThat(text.locator("a")).hasCount(1);
      assertThat(text.locator("a")).hasAttribute("href", "https://example.org/?a=1&b=2");
      assertThat(visitor.page().evaluate("() => window.taken")).isNull();
    }
  }

  @Test
  void markdownIsShownAndCopiedAsItCame() {
    gateway.says(Answer.says(Texts.MARKDOWN));
    try (Visitor visitor = visit()) {
      visitor.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
      visitor.say("Explain weirs");
      visitor.awaitPhase("finished");
      Locator text = visitor.answerText();
      assertThat(text.locator("h3")).hasText("What it changes");
      assertThat(text.locator("ol > li")).hasCount(3);
      assertThat(text.locator("ol > li ul > li")).hasCount(2);
      assertThat(text.locator("pre")).containsText("def discharge(");
      assertThat(text.locator("tbody tr")).hasCount(2);
      assertThat(text.locator("blockquote")).hasText("A weir is a ruler laid across a stream.");
      visitor.answer().locator(".actions button").first().click();
      assertThat(visitor.page().evaluate("() => navigator.clipboard.readText()"))
          .isEqualTo(Texts.MARKDOWN);
    }
  }

  @Test
  void probabilitiesAreReadFromTheStreamOnceMoreAfterAReload() {
    gateway.says(Answer.says("A weir is a low dam."));
    try (Visitor visitor = visit()) {
      visitor.field("Token probabilities").check();
      visitor.say("What is it?");
      visitor.awaitPhase("finished");
      visitor.reload();
      visitor.button("Probabilities").click();
      assertThat(visitor.page().locator(".token")).hasCount(7);
      visitor.page().locator(".token").first().press("ArrowRight");
      assertThat(visitor.page().locator(".token").nth(1)).isFocused();
      assertThat(visitor.page().locator(".chances")).containsText("␣weir 72.0 %");
    }
  }

  // What goes into a request

  @Test
  void settingsAndTheConversationGoIntoTheRequest() {
    gateway.says(Answer.says("Fine."));
    try (Visitor visitor = visit()) {
      visitor.field("System message").fill("You are a river.");
      visitor.field("Temperature").fill("0.3");
      visitor.field("Top P").fill("");
      visitor.field("Max tokens").fill("64");
      visitor.page().locator("#more summary").click();
      visitor.field("Top K").fill("40");
      visitor.field("Min P").fill("0.05");
      visitor.field("Repetition penalty").fill("1.1");
      visitor.field("Seed").fill("7");
      visitor.field("Stop sequences").fill("END\n\\n\\n");
      visitor.say("Hello");
      visitor.awaitPhase("finished");
      visitor.say("How are you?");
      visitor.awaitPhase("finished");
      assertThat(gateway.requests().getLast())
          .isEqualTo(
              new JsonObject()
                  .put("model", "smollm2")
                  .put(
                      "messages",
                      JsonArray.of(
                          message("system", "You are a river."),
                          message("user", "Hello"),
                          message("assistant", "Fine."),
                          message("user", "How are you?")))
                  .put("temperature", 0.3)
                  .put("max_tokens", 64)
                  .put("top_k", 40)
                  .put("min_p", 0.05)
                  .put("repetition_penalty", 1.1)
                  .put("seed", 7)
                  .put("stop", JsonArray.of("END", "\n\n")));
    }
  }

  @Test
  void aPromptIsContinuedAsItIs() {
    gateway.says(Answer.says(" there was a river."));
    try (Visitor visitor = visit()) {
      visitor.page().locator("#mode").getByText("Prompt").click();
      visitor.say("Once upon a time");
      visitor.awaitPhase("finished");
      assertThat(visitor.answerText()).hasText("Once upon a time there was a river.");
      assertThat(gateway.requests().getLast().getString("prompt")).isEqualTo("Once upon a time");
      assertThat(gateway.requests().getLast().containsKey("messages")).isFalse();
    }
  }

  @Test
  void aSettingThatCannotBeIsNamedBeforeAnythingIsSent() {
    try (Visitor visitor = visit()) {
      visitor.field("Temperature").fill("-1");
      visitor.say("Go");
      assertThat(visitor.field("Temperature")).isFocused();
      assertThat(visitor.page().locator("#p-temperature-fault"))
          .hasText("Write a number from 0 to 2.");
      assertThat(visitor.composer()).hasValue("Go");
      assertThat(gateway.requests()).isEmpty();
    }
  }

  // Conversations

  @Test
  void anEditedMessageReplacesWhatFollowed() {
    gateway.says(Answer.says("Yes."));
    try (Visitor visitor = visit()) {
      visitor.say("First");
      visitor.awaitPhase("finished");
      visitor.say("Second");
      visitor.awaitPhase("finished");
      visitor.page().locator(".turn.user").first().hover();
      visitor.page().locator(".turn.user").first().getByText("Edit").click();
      assertThat(visitor.composer()).hasValue("First");
      visitor.say("Other");
      visitor.awaitPhase("finished");
      assertThat(visitor.page().locator(".said")).hasText(new String[] {"Other"});
      assertThat(gateway.requests().getLast().getJsonArray("messages"))
          .isEqualTo(JsonArray.of(message("user", "Other")));
    }
  }

  @Test
  void aDeletedConversationCanBeBroughtBack() {
    gateway.says(Answer.says("Yes."));
    try (Visitor visitor = visit()) {
      visitor.say("Keep me");
      visitor.awaitPhase("finished");
      visitor.page().locator(".history li").hover();
      visitor.button("Delete Keep me").click();
      assertThat(visitor.page().locator(".history li")).hasCount(0);
      assertThat(visitor.page().locator(".turn")).hasCount(0);
      visitor.button("Undo").click();
      assertThat(visitor.page().locator(".history li")).hasText("Keep me");
      assertThat(visitor.text()).isEqualTo("Yes.");
    }
  }

  private static JsonObject message(String role, String content) {
    return new JsonObject().put("role", role).put("content", content);
  }
}
