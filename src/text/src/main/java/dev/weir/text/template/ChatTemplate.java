package dev.weir.text.template;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A chat template: turns a conversation into the prompt that a model was trained on.
 *
 * <p>Follows {@code apply_chat_template} of Hugging Face transformers: Jinja in its immutable
 * sandbox with {@code trim_blocks}, {@code lstrip_blocks}, loop controls, {@code raise_exception},
 * {@code strftime_now}, {@code generation} blocks, and {@code tojson} as {@code json.dumps}.
 * Immutable; any number of threads may render at the same time.
 */
public final class ChatTemplate {
  private final List<Statement> statements;
  private final Scopes scopes;
  private final Clock clock;
  private final TemplateLimits limits;

  private ChatTemplate(
      List<Statement> statements, Scopes scopes, Clock clock, TemplateLimits limits) {
    this.statements = statements;
    this.scopes = scopes;
    this.clock = clock;
    this.limits = limits;
  }

  /**
   * Compiles with the system's clock and the default limits.
   *
   * @throws ChatTemplateException naming the line of what is wrong
   */
  public static ChatTemplate compile(String source) {
    return compile(source, Clock.systemDefaultZone(), TemplateLimits.DEFAULT);
  }

  /**
   * Compiles.
   *
   * @param clock whose local time {@code strftime_now} tells
   * @throws ChatTemplateException naming the line of what is wrong
   */
  public static ChatTemplate compile(String source, Clock clock, TemplateLimits limits) {
    if (source.length() > limits.sourceCharacters()) {
      throw new ChatTemplateException(
          "the template has "
              + source.length()
              + " characters, at most "
              + limits.sourceCharacters()
              + " are allowed");
    }
    try {
      List<Statement> statements = Parser.parse(Lexer.tokenize(source));
      requireKnownNames(statements);
      return new ChatTemplate(statements, ScopeAnalysis.analyze(statements), clock, limits);
    } catch (StackOverflowError e) {
      throw Rendering.tooDeep();
    }
  }

  /** Filters and tests have to exist, except where a test may have kept them from being used. */
  private static void requireKnownNames(List<Statement> statements) {
    Walk.statements(
        statements,
        false,
        (expression, conditional) -> {
          if (!conditional
              && expression instanceof Expression.FilterCall filter
              && !Filters.has(filter.name())) {
            throw ChatTemplateException.syntax(
                "No filter named " + PythonText.quoted(filter.name()) + ".", filter.line());
          }
          if (!conditional
              && expression instanceof Expression.TestCall test
              && !Tests.has(test.name())) {
            throw ChatTemplateException.syntax(
                "No test named " + PythonText.quoted(test.name()) + ".", test.line());
          }
        });
  }

  /**
   * Renders a conversation.
   *
   * <p>Messages, tools and further variables are what a JSON reader makes: maps, lists, strings,
   * numbers, booleans and null.
   *
   * @param tools null where there are none; the template then sees {@code none}
   * @param addGenerationPrompt whether the prompt ends with the begin of the assistant's answer
   * @param specialTokens such as {@code bos_token}, by name
   * @param variables further ones of the template, such as {@code enable_thinking}; they win over
   *     special tokens
   * @throws ChatTemplateException where the template raises one, or meets what it cannot handle
   */
  public String render(
      List<Map<String, Object>> messages,
      @Nullable List<Map<String, Object>> tools,
      boolean addGenerationPrompt,
      Map<String, String> specialTokens,
      Map<String, ?> variables) {
    Map<String, Value> context = new HashMap<>();
    specialTokens.forEach((name, token) -> context.put(name, new Value.Str(token)));
    context.put("documents", Value.None.NONE);
    variables.forEach((name, value) -> context.put(name, Conversion.value(value)));
    context.put("messages", Conversion.value(messages));
    context.put("tools", Conversion.value(tools));
    context.put("add_generation_prompt", Value.Bool.of(addGenerationPrompt));
    return render(context);
  }

  /** Renders with nothing but these variables. */
  String render(Map<String, Value> context) {
    try {
      Rendering rendering = new Rendering(limits, clock, context);
      return new Renderer(scopes, rendering).render(statements);
    } catch (StackOverflowError e) {
      throw Rendering.tooDeep();
    }
  }
}
