package dev.weir.train.caption;

import dev.weir.train.LlamaBlocks;

/**
 * Sizes of a caption transformer.
 *
 * @param vocabulary rows of the embedding, which is the output layer too
 * @param blocks of it; their positions are the context
 */
public record CaptionTransformerConfig(int vocabulary, LlamaBlocks blocks) {
  /** The size that captions of portraits are learned with; the longest has some 70 tokens. */
  public static CaptionTransformerConfig portraits() {
    return new CaptionTransformerConfig(
        CaptionTokenizer.pairs().tokens().size(), new LlamaBlocks(128, 384, 4, 4, 32, 128));
  }
}
