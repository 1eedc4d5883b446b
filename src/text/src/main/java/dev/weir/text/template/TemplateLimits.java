package dev.weir.text.template;

/**
 * What one template may use. A template is text from a stranger, so every loop and every text that
 * it can grow has an end.
 *
 * @param sourceCharacters longest template, in characters; the longest published ones have 40,000
 * @param outputCharacters longest text that may be built, rendered or in between, in characters
 * @param loopIterations iterations of all its loops in one rendering
 * @param steps units of work in one rendering: an expression, an item passed on or copied, 16
 *     characters of text copied
 * @param depth nesting of statements, expressions and macro calls while rendering
 * @param rangeItems items of one {@code range()}
 * @param integerBits size of one integer, in bits
 */
public record TemplateLimits(
    int sourceCharacters,
    int outputCharacters,
    int loopIterations,
    long steps,
    int depth,
    int rangeItems,
    int integerBits) {

  /** Far beyond what any published template needs for a context of a million tokens. */
  public static final TemplateLimits DEFAULT =
      new TemplateLimits(262_144, 16_777_216, 1_000_000, 20_000_000, 600, 100_000, 4096);
}
