package dev.weir.text.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A template is text from a stranger: whatever it does has an end, and the error says which. */
final class TemplateLimitsTest {

  private static String render(String template) {
    return render(template, TemplateLimits.DEFAULT);
  }

  private static String render(String template, TemplateLimits limits) {
    return ChatTemplate.compile(template, Clock.systemUTC(), limits)
        .render(List.of(Map.of("role", "user", "content", "Hi")), null, true, Map.of(), Map.of());
  }

  private static TemplateLimits small() {
    return new TemplateLimits(10_000, 1000, 100, 10_000, 50, 20, 64);
  }

  @Test
  void aTemplateLongerThanAllowedIsNotCompiled() {
    assertThatThrownBy(() -> render("x".repeat(10_001), small()))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage("the template has 10001 characters, at most 10000 are allowed");
    assertThat(render("x".repeat(900), small())).hasSize(900);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% set t = 'a' * 100000 %}{% for i in range(1000) %}{{ t }}{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ 1000000000 * 'ab' }}",
        "{{ 'a' * (2 ** 70) }}",
        "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
        "{{ ('a' * 100000).replace('', 'b' * 100000) }}",
        "{{ ('a' * 100000) | replace('a', 'b' * 100000) }}",
        "{{ ('b' * 100000).join('a' * 100000) }}",
        "{{ ('a' * 100000) | join('b' * 100000) }}",
        "{{ 'a' | center(1000000000) }}",
        "{{ 'a'.center(1000000000) }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ 'a'.rjust(1000000000) }}",
        "{{ '7'.zfill(1000000000) }}",
        "{{ 'a\\nb' | indent(1000000000) }}",
        "{{ '\\t'.expandtabs(1000000000) }}",
        "{{ '%99999999d' % 7 }}",
        "{{ '%99999999s' | format('a') }}",
        "{{ '{:99999999}'.format(7) }}",
        "{{ '{:^99999999}'.format('a') }}",
        "{{ [1, [2]] | tojson(indent=1000000000) }}",
      })
  void noTextGrowsWithoutEnd(String template) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageMatching(
            "the template makes a text of more than 16777216 characters"
                + "|the template takes more than 20000000 steps");
  }

  @Test
  void aTextThatDoublesInALoopEndsAtTheLongest() {
    String template =
        "{% set ns = namespace(t='ab') %}{% for i in range(64) %}{% set ns.t = ns.t ~ ns.t %}"
            + "{% endfor %}{{ ns.t | length }}";
    assertThatThrownBy(() -> render(template))
        .hasMessage("the template makes a text of more than 16777216 characters");
    assertThat(render(template.replace("64", "10"))).isEqualTo("2048");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{{ [0] * 1000000000 }}; the template makes a sequence of more than 16777216 items",
        "{{ (0, 1) * 1000000000 }}; the template makes a sequence of more than 16777216 items",
        "{{ [1] | batch(1000000000, 0) | list }}; the template makes a sequence of more than",
        "{{ [1] | slice(1000000000) | list }}; the template makes a sequence of more than",
        "{% set ns = namespace(l=[0]) %}{% for i in range(64) %}{% set ns.l = ns.l + ns.l %}"
            + "{% endfor %}; steps",
      })
  void noListGrowsWithoutEnd(String template, String expected) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void aHugeRangeIsRefusedBeforeItIsMade() {
    for (String range : List.of("1000000000", "0, 100001", "0, -1000000000, -1")) {
      assertThatThrownBy(() -> render("{{ range(" + range + ") | list }}"))
          .as(range)
          .isInstanceOf(ChatTemplateException.class)
          .hasMessageContaining("ange")
          .hasMessageContaining("100000");
    }
    assertThatThrownBy(() -> render("{{ range(2 ** 70) }}"))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage("a bound of range() has more than 48 bits");
    assertThat(render("{{ range(100000) | length }}")).isEqualTo("100000");
  }

  @Test
  void theLoopsOfARenderingShareOneCountOfIterations() {
    String nested = "{% for i in range(20) %}{% for j in range(%d) %}{% endfor %}{% endfor %}x";
    assertThat(render(nested.replace("%d", "3"), small())).isEqualTo("x");
    assertThatThrownBy(() -> render(nested.replace("%d", "9"), small()))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage("the template's loops take more than 100 iterations");
  }

  @Test
  void workWithoutLoopsHasAnEndToo() {
    String doubling =
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60)"
            + " }}";
    assertThatThrownBy(() -> render(doubling))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage("the template takes more than 20000000 steps");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set ns = namespace() %}{% set ns.a = [0] %}{% for i in range(5000) %}"
            + "{% set ns.a = [ns.a] %}{% endfor %}{{ ns.a }}",
        "{% set ns = namespace() %}{% set ns.a = [0] %}{% for i in range(5000) %}"
            + "{% set ns.a = [ns.a] %}{% endfor %}{{ ns.a | tojson }}",
        "{% set ns = namespace(a=[0], b=[0]) %}{% for i in range(5000) %}"
            + "{% set ns.a = [ns.a] %}{% set ns.b = [ns.b] %}{% endfor %}{{ ns.a == ns.b }}",
        "{% set ns = namespace(a=(0,)) %}{% for i in range(5000) %}"
            + "{% set ns.a = (ns.a,) %}{% endfor %}{{ {ns.a: 1} }}",
      })
  void recursionHasADepth(String template) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage("maximum recursion depth exceeded");
  }

  @Property(tries = 10)
  void anExpressionNestedTooDeepIsASyntaxErrorOfItsLine(@ForAll @IntRange(min = 110) int depth) {
    int nested = 110 + depth % 30_000;
    for (String pair : List.of("()", "[]")) {
      String open = pair.substring(0, 1).repeat(nested);
      String close = pair.substring(1).repeat(nested);
      assertThatThrownBy(() -> render("\n{{ " + open + "1" + close + " }}"))
          .isInstanceOf(ChatTemplateException.class)
          .hasMessageStartingWith("line 2: expression is nested more than 100 deep");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "{'a': ", "x(", "x[", "1 if 1 else ", "2 ** "})
  void noChainOfOperatorsOverflowsTheStack(String link) {
    String template = "{{ " + link.repeat(20_000) + "1 }}";
    assertThatThrownBy(() -> render(template)).isInstanceOf(ChatTemplateException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {".a", "[0]", "|trim", " is true", "()", " + 1", " and 1"})
  void noChainBehindAValueOverflowsTheStack(String link) {
    assertThatThrownBy(() -> render("{{ x" + link.repeat(20_000) + " }}"))
        .isInstanceOf(ChatTemplateException.class);
  }

  @ParameterizedTest
  @CsvSource({"{% if 1 %},{% endif %}", "{% for i in [1] %},{% endfor %}"})
  void statementsNestedTooDeepAreRefused(String open, String close) {
    String template = open.repeat(5000) + close.repeat(5000);
    assertThatThrownBy(() -> render(template)).isInstanceOf(ChatTemplateException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 9 ** 9999 }}",
        "{{ 2 ** (2 ** 70) }}",
        "{% set ns = namespace(n=3) %}{% for i in range(64) %}{% set ns.n = ns.n * ns.n %}"
            + "{% endfor %}{{ ns.n }}"
      })
  void noIntegerGrowsWithoutEnd(String template) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(ChatTemplateException.class)
        .hasMessage("integers of more than 4096 bits are not supported");
  }

  @Test
  void aTextOfAMillionDigitsIsNoNumber() {
    assertThat(render("{{ ('9' * 1000000) | int(-1) }}")).isEqualTo("-1");
    assertThat(render("{{ ('9' * 1000000) | float(-1.0) }}")).isEqualTo("-1.0");
  }

  @Test
  void aRenderingThatFailedCostsTheNextOneNothing() {
    ChatTemplate template =
        ChatTemplate.compile(
            "{% for m in messages %}{{ 'a' * m.content }}{% endfor %}", Clock.systemUTC(), small());
    for (int i = 0; i < 200; i++) {
      assertThatThrownBy(() -> render(template, 1001)).isInstanceOf(ChatTemplateException.class);
      assertThat(render(template, 1000)).hasSize(1000);
    }
  }

  private static String render(ChatTemplate template, int content) {
    return template.render(List.of(Map.of("content", content)), null, true, Map.of(), Map.of());
  }
}
