package dev.weir.e2e.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import dev.weir.e2e.SharedWeir;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page as {@code weir up} serves it: real gateway, real broker, real model. */
final class ServedPageIT extends PageContract {
  @Override
  PageHost startHost() throws Exception {
    URI url = SharedWeir.process().url().resolve("/");
    return new PageHost() {
      @Override
      public URI url() {
        return url;
      }

      @Override
      public void close() {} // other classes go on with it
    };
  }

  @Test
  void aPromptBeyondTheContextIsRefusedInASentenceThatStandsOnThePage() {
    try (Visitor visitor = visit()) {
      visitor.say("word ".repeat(20_000));
      visitor.awaitPhase("failed");
      assertThat(visitor.answer().locator(".failure .message"))
          .containsText(Pattern.compile("messages.*\\d+ tokens"));
      visitor.say("What is the capital of Japan?");
      visitor.awaitPhase("finished");
    }
  }

  @Test
  void theAnswerIsTheModelsOwn() {
    try (Visitor visitor = visit()) {
      visitor.field("Temperature").fill("0");
      visitor.say("What is the capital of Japan?");
      visitor.awaitPhase("finished");
      assertThat(visitor.text()).startsWith("The capital of Japan is Tokyo");
      assertThat(visitor.field("Model")).hasValue("smollm2");
    }
  }

  @ParameterizedTest
  @CsvSource({"1280, LIGHT", "1280, DARK", "360, LIGHT"})
  void everybodyCanUseItWhileItStreams(int width, ColorScheme scheme) {
    String name = "served-" + width + "-" + scheme.name().toLowerCase(Locale.ROOT);
    try (Visitor visitor = visitForEndlessAnswers(width, scheme)) {
      visitor.say("Explain in Markdown, with a list, what a weir does to a river.");
      assertThat(visitor.answer().locator(".measures")).containsText("tokens/s");
      visitor.awaitText(Pattern.compile("[\\s\\S]{300}"));
      visitor.settle();
      visitor.picture(name);
      assertThat(visitor.answer()).hasAttribute("data-phase", "running");
      assertThat(Axe.violations(visitor.page())).as(name).isEmpty();
      visitor.button("Stop").click();
      visitor.awaitPhase("finished");
    }
  }
}
