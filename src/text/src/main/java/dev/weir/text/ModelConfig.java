package dev.weir.text;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The architecture of a text model: what a decoder-only transformer needs to be computed.
 *
 * <p>Weights have the names and shapes of transformers. Note that gpt2's {@code c_attn}, {@code
 * c_proj} and {@code c_fc} weights are {@code Conv1D}: [in, out], where every other linear layer is
 * [out, in].
 *
 * @param vocabulary rows of the embedding
 * @param hidden width of the residual stream
 * @param intermediate width inside the feed-forward layer
 * @param layers transformer blocks
 * @param heads query heads
 * @param kvHeads key and value heads; a divisor of {@code heads}
 * @param headSize elements of one head; not always hidden / heads
 * @param contextLength positions that the model was made for
 * @param normEpsilon added to the variance in each norm
 * @param rope rotary embedding; absent (null) where positions are learned (gpt2)
 * @param slidingWindows for each layer how many positions back attention reaches, itself included;
 *     0 is all. [layers]
 * @param tiedEmbeddings the output layer is the embedding
 * @param attentionBias biases on q, k and v (qwen2; llama with attention_bias)
 * @param attentionOutputBias a bias on the attention's output projection
 * @param mlpBias biases in the feed-forward layer
 * @param queryKeyNorm RMS norm on each head of q and k before the rotation (qwen3)
 * @param rotaryInterleaved the rows of q and k lie so that a rotation pairs neighbours (GGUF
 *     llama), not halves
 * @param grid sequences are pictures; null: they are texts
 */
public record ModelConfig(
    Family family,
    int vocabulary,
    int hidden,
    int intermediate,
    int layers,
    int heads,
    int kvHeads,
    int headSize,
    int contextLength,
    double normEpsilon,
    @org.jspecify.annotations.Nullable Rope rope,
    List<Integer> slidingWindows,
    Activation activation,
    boolean tiedEmbeddings,
    boolean attentionBias,
    boolean attentionOutputBias,
    boolean mlpBias,
    boolean queryKeyNorm,
    boolean rotaryInterleaved,
    @org.jspecify.annotations.Nullable Grid grid) {

  /**
   * A sequence is some tokens that say what is wanted, then the cells of a square, row by row. The
   * position that predicts a cell (the one before it) has in its embedding, beside its own token, a
   * row of each of three tables: for the cell above the predicted one, for its row, for its column.
   *
   * @param side cells of a row, and rows; at least 2
   * @param prefix tokens before the first cell, at least 1
   * @param inputs rows of the token embedding: the vocabulary of cells, then what only a prefix
   *     holds
   */
  public record Grid(int side, int prefix, int inputs) {
    /** From a position to that of the cell above the one that it predicts. */
    public int lookBack() {
      return side - 1;
    }

    /** Cells of a picture. */
    public int cells() {
      return side * side;
    }
  }

  /** Rows of the token embedding. */
  public int inputs() {
    return grid == null ? vocabulary : grid.inputs;
  }

  /** Model families that Weir runs. */
  public enum Family {
    LLAMA,
    QWEN2,
    QWEN3,
    MISTRAL,
    GPT2
  }

  /** Activations of the feed-forward layer. */
  public enum Activation {
    SILU,
    GELU,
    GELU_TANH
  }

  /**
   * Rotary position embedding, scaled already (Su 2021; scalings as transformers' {@code
   * modeling_rope_utils}).
   *
   * @param inverseFrequencies radians for each position and pair, [headSize / 2] or fewer where
   *     only a part rotates
   * @param attentionFactor what cos and sin are multiplied by (YaRN, LongRoPE); 1 without
   * @param longInverseFrequencies LongRoPE's frequencies for sequences beyond {@code
   *     originalContextLength}; else empty
   * @param dynamic frequencies change with the length of the sequence (dynamic NTK); else null
   */
  public record Rope(
      List<Double> inverseFrequencies,
      double attentionFactor,
      List<Double> longInverseFrequencies,
      int originalContextLength,
      @org.jspecify.annotations.Nullable DynamicNtk dynamic) {

    /**
     * The frequencies for a sequence of this length: those above, unless it is longer than {@code
     * originalContextLength} and the scaling is LongRoPE or dynamic NTK.
     */
    public List<Double> inverseFrequencies(int sequenceLength) {
      if (sequenceLength <= originalContextLength) {
        return inverseFrequencies;
      }
      if (dynamic == null) {
        return longInverseFrequencies.isEmpty() ? inverseFrequencies : longInverseFrequencies;
      }
      double rotated = inverseFrequencies.size() * 2;
      double factor = dynamic.factor();
      double stretch = factor * sequenceLength / originalContextLength - (factor - 1);
      double base = dynamic.base() * Math.pow(stretch, rotated / (rotated - 2));
      return IntStream.range(0, inverseFrequencies.size())
          .mapToObj(pair -> 1 / Math.pow(base, 2 * pair / rotated))
          .toList();
    }
  }

  /** Dynamic NTK scaling: base and factor, applied beyond the original context length. */
  public record DynamicNtk(double base, double factor) {}

  /** How many positions back the attention of every layer reaches at most; 0: to the first. */
  public int slidingWindow() {
    return slidingWindows.contains(0)
        ? 0
        : slidingWindows.stream().mapToInt(Integer::intValue).max().orElse(0);
  }
}
