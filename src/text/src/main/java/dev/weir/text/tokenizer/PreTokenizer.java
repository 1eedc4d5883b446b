package dev.weir.text.tokenizer;

import dev.weir.text.CheckpointException;
import java.util.List;
import java.util.TreeSet;

/**
 * How byte-level BPE cuts text before merging, by the name that a GGUF gives it ({@code
 * tokenizer.ggml.pre}; llama.cpp, {@code llama_vocab::impl::load}). The expressions are those of
 * the published tokenizer.json files.
 */
enum PreTokenizer {
  /** The library's own expression, GPT-2's. */
  GPT2("", false, false, "gpt-2", "phi-2", "gigachat", "olmo", "mpt", "jais"),

  /** Each digit alone, the rest as GPT-2. */
  SMOLLM("", false, false, "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone"),

  LLAMA3(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      true,
      true,
      "llama-bpe",
      "llama3",
      "llama-v3",
      "falcon3",
      "falcon-h1",
      "pixtral",
      "lfm2"),

  DBRX(LLAMA3.expression, false, false, "dbrx", "smaug-bpe"),

  QWEN2(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      false,
      false,
      "qwen2",
      "deepseek-r1-qwen",
      "megrez"),

  TEKKEN(
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
          + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
          + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      true,
      true,
      "tekken");

  private final String expression;
  private final boolean ignoresMerges;
  private final boolean addsStart;
  private final List<String> names;

  PreTokenizer(String expression, boolean ignoresMerges, boolean addsStart, String... names) {
    this.expression = expression;
    this.ignoresMerges = ignoresMerges;
    this.addsStart = addsStart;
    this.names = List.of(names);
  }

  /**
   * Finds a pre-tokenizer.
   *
   * @throws CheckpointException if there is none of that name
   */
  static PreTokenizer named(String name, String source) {
    TreeSet<String> supported = new TreeSet<>();
    for (PreTokenizer preTokenizer : values()) {
      if (preTokenizer.names.contains(name)) {
        return preTokenizer;
      }
      supported.addAll(preTokenizer.names);
    }
    throw new CheckpointException(
        "%s: the pre-tokenizer %s (tokenizer.ggml.pre) is not supported; supported are %s"
            .formatted(source, name.isEmpty() ? "that is missing" : name, supported));
  }

  /** The expression that cuts; empty for GPT-2's. */
  String expression() {
    return expression;
  }

  /** A piece that is a token is taken whole, whatever the merges say. */
  boolean ignoresMerges() {
    return ignoresMerges;
  }

  /** Text starts with the token for it where the file does not say. */
  boolean addsStart() {
    return addsStart;
  }
}
