package dev.weir.train.caption;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.util.List;
import java.util.stream.LongStream;

/** The vocabulary of captions, learned from some of them, always the same. */
final class CaptionTokenizer {
  /** Most tokens; every word of captions is one by then. */
  static final int SIZE = 768;

  private static final long SEED = 20261127;
  private static final int LEARNED_FROM = 20_000;

  private CaptionTokenizer() {}

  private static final class Learned {
    static final BytePairs PAIRS = learn();

    private static BytePairs learn() {
      PortraitCaptions captions = new PortraitCaptions(Use.TRAINING, SEED);
      List<String> texts = LongStream.range(0, LEARNED_FROM).mapToObj(captions::at).toList();
      return BytePairs.learn(texts, SIZE);
    }
  }

  /** The vocabulary; the first call learns it, in a second or so. */
  static BytePairs pairs() {
    return Learned.PAIRS;
  }

  /**
   * The tokenizer.json of the Hugging Face tokenizers library. What is encoded with special tokens
   * has the end of the text before it in front.
   */
  static ObjectNode json(BytePairs pairs) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    root.putArray("added_tokens")
        .addObject()
        .put("id", BytePairs.END_ID)
        .put("content", BytePairs.END)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
    root.putNull("normalizer");
    byteLevel(root.putObject("pre_tokenizer"));
    postProcessor(root.putObject("post_processor"));
    byteLevel(root.putObject("decoder"));
    ObjectNode model = root.putObject("model").put("type", "BPE").putNull("dropout");
    model.putNull("unk_token").put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < pairs.tokens().size(); id++) {
      vocabulary.put(pairs.tokens().get(id), id);
    }
    ArrayNode merges = model.putArray("merges");
    for (BytePairs.Merge merge : pairs.merges()) {
      merges.add(pairs.tokens().get(merge.left()) + " " + pairs.tokens().get(merge.right()));
    }
    return root;
  }

  private static void byteLevel(ObjectNode into) {
    into.put("type", "ByteLevel");
    into.put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", true);
  }

  private static void postProcessor(ObjectNode into) {
    into.put("type", "TemplateProcessing");
    end(into.putArray("single"));
    sequence(into.withArray("single"), "A", 0);
    end(into.putArray("pair"));
    sequence(into.withArray("pair"), "A", 0);
    sequence(into.withArray("pair"), "B", 1);
    ObjectNode end = into.putObject("special_tokens").putObject(BytePairs.END);
    end.put("id", BytePairs.END).putArray("ids").add(BytePairs.END_ID);
    end.putArray("tokens").add(BytePairs.END);
  }

  private static void end(ArrayNode into) {
    into.addObject().putObject("SpecialToken").put("id", BytePairs.END).put("type_id", 0);
  }

  private static void sequence(ArrayNode into, String id, int type) {
    into.addObject().putObject("Sequence").put("id", id).put("type_id", type);
  }
}
