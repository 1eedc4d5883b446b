package dev.weir.text.tokenizer;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A vocabulary as a GGUF carries it, of which a tokenizer can be built.
 *
 * @param source the file, for errors
 * @param model {@code gpt2} (byte-level BPE) or {@code llama} (SentencePiece BPE)
 * @param preTokenizer llama.cpp's name of it; empty where the file has none
 * @param tokens by id
 * @param kinds of a token, by id
 * @param scores of a token, by id, higher ones are merged first (llama); null where there are none
 * @param merges pairs with a space between them, the first one merged first; may be empty (llama)
 * @param bos id of the start of text; -1 where there is none
 * @param eos id of the end of text; -1 where there is none
 * @param unknown id of what stands for text without a token; -1 where there is none
 * @param addBos put the start before text; null where the file does not say
 * @param addEos put the end after text; null where the file does not say
 * @param addSpacePrefix put a space before text (llama); null where the file does not say
 */
public record Vocabulary(
    String source,
    String model,
    String preTokenizer,
    List<String> tokens,
    IntFunction<Kind> kinds,
    @Nullable IntToDoubleFunction scores,
    List<String> merges,
    int bos,
    int eos,
    int unknown,
    @Nullable Boolean addBos,
    @Nullable Boolean addEos,
    @Nullable Boolean addSpacePrefix) {

  /** Kinds of tokens (SentencePiece's piece types, in ggml's order, from 1). */
  public enum Kind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE;

    private static final Kind[] BY_ID = values();

    /** The kind with ggml's number; what is unknown is normal, as in llama.cpp. */
    public static Kind of(int number) {
      return number >= 1 && number <= BY_ID.length ? BY_ID[number - 1] : NORMAL;
    }

    /** Whether decoding leaves such tokens out. */
    boolean special() {
      return this == CONTROL || this == UNKNOWN;
    }
  }
}
