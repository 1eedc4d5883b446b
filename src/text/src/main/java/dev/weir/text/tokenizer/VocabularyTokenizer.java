package dev.weir.text.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.text.CheckpointException;
import dev.weir.text.Tokenizer;
import dev.weir.text.tokenizer.Vocabulary.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Builds tokenizers from vocabularies: writes the tokenizer.json that the library wants, in memory.
 * What goes before and after the text is put there in Java.
 */
public final class VocabularyTokenizer {
  private final Vocabulary vocabulary;

  /** Ids by token; of equal tokens the first. */
  private final Map<String, Integer> ids;

  private VocabularyTokenizer(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    List<String> tokens = vocabulary.tokens();
    ids = LinkedHashMap.newLinkedHashMap(tokens.size());
    for (int id = 0; id < tokens.size(); id++) {
      ids.putIfAbsent(tokens.get(id), id);
    }
  }

  /**
   * Builds a tokenizer.
   *
   * @throws CheckpointException if the model or the pre-tokenizer is not supported, or the
   *     vocabulary is damaged
   */
  public static Tokenizer build(Vocabulary vocabulary) {
    Built built = new VocabularyTokenizer(vocabulary).built();
    return NativeTokenizer.open(built.json(), vocabulary.source(), built.contents(), built.frame());
  }

  /** What {@link #build} hands to the library. */
  static byte[] json(Vocabulary vocabulary) {
    return new VocabularyTokenizer(vocabulary).built().json();
  }

  @SuppressWarnings("ArrayRecordComponent") // only handed on
  private record Built(byte[] json, TokenizerJson.Contents contents, NativeTokenizer.Frame frame) {}

  private Built built() {
    if (vocabulary.tokens().isEmpty()) {
      throw new CheckpointException(vocabulary.source() + ": the vocabulary has no tokens");
    }
    return switch (vocabulary.model()) {
      case "gpt2" -> byteLevel();
      case "llama" -> sentencePiece();
      default ->
          throw new CheckpointException(
              "%s: the tokenizer model %s is not supported; supported are gpt2, llama"
                  .formatted(vocabulary.source(), vocabulary.model()));
    };
  }

  private Built byteLevel() {
    PreTokenizer preTokenizer = PreTokenizer.named(vocabulary.preTokenizer(), vocabulary.source());
    byte[] json =
        document(out -> {
          out.writeObjectFieldStart("normalizer");
          if (preTokenizer == PreTokenizer.QWEN2) {
            out.writeStringField("type", "NFC");
          } else {
            sequence(out, "normalizers", () -> {});
          }
          out.writeEndObject();
          out.writeObjectFieldStart("pre_tokenizer");
          preTokenizer(out, preTokenizer);
          out.writeEndObject();
          out.writeObjectFieldStart("decoder");
          byteLevelFields(out, true);
          out.writeEndObject();
          out.writeObjectFieldStart("model");
          out.writeStringField("type", "BPE");
          out.writeBooleanField("ignore_merges", preTokenizer.ignoresMerges());
          vocabularyAndMerges(out, pairs(vocabulary.merges()));
          out.writeEndObject();
        });
    return new Built(
        json,
        new TokenizerJson.Contents(
            plainTokens(), new TokenDecoder(TokenDecoder.Kind.BYTE_LEVEL, false)),
        frame(preTokenizer.addsStart()));
  }

  private Built sentencePiece() {
    boolean prefix = !Boolean.FALSE.equals(vocabulary.addSpacePrefix());
    List<SentencePieceMerges.Pair> merges =
        vocabulary.merges().isEmpty()
            ? SentencePieceMerges.of(vocabulary, ids)
            : pairs(vocabulary.merges());
    byte[] json =
        document(out -> {
          out.writeObjectFieldStart("normalizer");
          sequence(
              out,
              "normalizers",
              () -> {
                if (prefix) {
                  typed(out, "Prepend", "prepend", "▁");
                }
                replace(out, " ", "▁");
              });
          out.writeEndObject();
          out.writeNullField("pre_tokenizer"); // pieces reach across words
          out.writeObjectFieldStart("decoder");
          sequence(out, "decoders", () -> sentencePieceDecoders(out, prefix));
          out.writeEndObject();
          out.writeObjectFieldStart("model");
          out.writeStringField("type", "BPE");
          out.writeBooleanField("byte_fallback", true);
          out.writeBooleanField("fuse_unk", true);
          if (vocabulary.unknown() >= 0) {
            out.writeStringField("unk_token", vocabulary.tokens().get(vocabulary.unknown()));
          }
          vocabularyAndMerges(out, merges);
          out.writeEndObject();
        });
    return new Built(
        json,
        new TokenizerJson.Contents(
            plainTokens(), new TokenDecoder(TokenDecoder.Kind.SENTENCE_PIECE, prefix)),
        frame(true));
  }

  private NativeTokenizer.Frame frame(boolean addBosByDefault) {
    boolean bos = Objects.requireNonNullElse(vocabulary.addBos(), addBosByDefault);
    boolean eos = Boolean.TRUE.equals(vocabulary.addEos());
    return new NativeTokenizer.Frame(
        false,
        bos && vocabulary.bos() >= 0 ? new int[] {vocabulary.bos()} : new int[0],
        eos && vocabulary.eos() >= 0 ? new int[] {vocabulary.eos()} : new int[0]);
  }

  /** Tokens by id; null where they are special. */
  private List<@Nullable String> plainTokens() {
    List<@Nullable String> plain = new ArrayList<>(vocabulary.tokens());
    for (int id = 0; id < plain.size(); id++) {
      if (vocabulary.kinds().apply(id).special()) {
        plain.set(id, null);
      }
    }
    return plain;
  }

  private List<SentencePieceMerges.Pair> pairs(List<String> merges) {
    List<SentencePieceMerges.Pair> pairs = new ArrayList<>(merges.size());
    for (String merge : merges) {
      int space = merge.indexOf(' ', 1); // the first may be a space itself
      if (space < 0) {
        throw new CheckpointException(
            "%s: the merge '%s' is not two tokens with a space between them"
                .formatted(vocabulary.source(), merge));
      }
      pairs.add(
          new SentencePieceMerges.Pair(merge.substring(0, space), merge.substring(space + 1)));
    }
    return pairs;
  }

  // ---- JSON, in the order and names of the tokenizers library's own files

  @FunctionalInterface
  private interface Part {
    void write(JsonGenerator out) throws IOException;
  }

  @FunctionalInterface
  private interface Inner {
    void write() throws IOException;
  }

  private byte[] document(Part parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = new JsonFactory().createGenerator(bytes)) {
      out.writeStartObject();
      out.writeStringField("version", "1.0");
      addedTokens(out);
      parts.write(out);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  /** Tokens that are found in text before anything else happens to it. */
  private void addedTokens(JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("added_tokens");
    for (Map.Entry<String, Integer> token : ids.entrySet()) {
      Kind kind = vocabulary.kinds().apply(token.getValue());
      if ((kind.special() || kind == Kind.USER_DEFINED) && !token.getKey().isEmpty()) {
        out.writeStartObject();
        out.writeNumberField("id", token.getValue());
        out.writeStringField("content", token.getKey());
        out.writeBooleanField("single_word", false);
        out.writeBooleanField("lstrip", false);
        out.writeBooleanField("rstrip", false);
        out.writeBooleanField("normalized", false);
        out.writeBooleanField("special", kind.special());
        out.writeEndObject();
      }
    }
    out.writeEndArray();
  }

  private void vocabularyAndMerges(JsonGenerator out, List<SentencePieceMerges.Pair> merges)
      throws IOException {
    out.writeObjectFieldStart("vocab");
    for (Map.Entry<String, Integer> token : ids.entrySet()) {
      out.writeNumberField(token.getKey(), token.getValue());
    }
    out.writeEndObject();
    out.writeArrayFieldStart("merges");
    for (SentencePieceMerges.Pair merge : merges) {
      out.writeStartArray();
      out.writeString(merge.left());
      out.writeString(merge.right());
      out.writeEndArray();
    }
    out.writeEndArray();
  }

  private static void preTokenizer(JsonGenerator out, PreTokenizer preTokenizer)
      throws IOException {
    sequence(
        out,
        "pretokenizers",
        () -> {
          if (preTokenizer == PreTokenizer.SMOLLM) {
            out.writeStartObject();
            out.writeStringField("type", "Digits");
            out.writeBooleanField("individual_digits", true);
            out.writeEndObject();
          }
          boolean own = !preTokenizer.expression().isEmpty();
          if (own) {
            out.writeStartObject();
            out.writeStringField("type", "Split");
            out.writeObjectFieldStart("pattern");
            out.writeStringField("Regex", preTokenizer.expression());
            out.writeEndObject();
            out.writeStringField("behavior", "Isolated");
            out.writeBooleanField("invert", false);
            out.writeEndObject();
          }
          out.writeStartObject();
          byteLevelFields(out, !own);
          out.writeEndObject();
        });
  }

  private static void byteLevelFields(JsonGenerator out, boolean useRegex) throws IOException {
    out.writeStringField("type", "ByteLevel");
    out.writeBooleanField("add_prefix_space", false);
    out.writeBooleanField("trim_offsets", true);
    out.writeBooleanField("use_regex", useRegex);
  }

  private static void sentencePieceDecoders(JsonGenerator out, boolean strip) throws IOException {
    replace(out, "▁", " ");
    out.writeStartObject();
    out.writeStringField("type", "ByteFallback");
    out.writeEndObject();
    out.writeStartObject();
    out.writeStringField("type", "Fuse");
    out.writeEndObject();
    if (strip) {
      out.writeStartObject();
      out.writeStringField("type", "Strip");
      out.writeStringField("content", " ");
      out.writeNumberField("start", 1);
      out.writeNumberField("stop", 0);
      out.writeEndObject();
    }
  }

  private static void sequence(JsonGenerator out, String field, Inner inner) throws IOException {
    out.writeStringField("type", "Sequence");
    out.writeArrayFieldStart(field);
    inner.write();
    out.writeEndArray();
  }

  private static void typed(JsonGenerator out, String type, String field, String value)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("type", type);
    out.writeStringField(field, value);
    out.writeEndObject();
  }

  private static void replace(JsonGenerator out, String from, String to) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", "Replace");
    out.writeObjectFieldStart("pattern");
    out.writeStringField("String", from);
    out.writeEndObject();
    out.writeStringField("content", to);
    out.writeEndObject();
  }
}
