package dev.weir.torch;

import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Grid;
import dev.weir.text.ModelConfig.Rope;

/**
 * A decoder-only transformer with rotary positions in plain Java and float64, one loop for each sum
 * of the definition: what the program is held against where no fixture exists.
 *
 * <p>Frequencies are those for the whole length of the sequence, as in a prefill.
 */
public final class PlainDecoder {
  private final ModelConfig config;
  private final TestingTensors tensors;

  public PlainDecoder(ModelConfig config, TestingTensors tensors) {
    this.config = config;
    this.tensors = tensors;
  }

  /** Logits after each token, [n][vocabulary]. */
  public double[][] logits(int[] tokens) {
    double[][] x = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      x[t] = row("model.embed_tokens.weight", tokens[t], config.hidden());
      if (config.grid() != null) {
        addCell(config.grid(), tokens, t, x[t]);
      }
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      String at = "model.layers." + layer + ".";
      double[][] mixed = attention(normed(x, at + "input_layernorm.weight"), at, layer);
      for (int t = 0; t < x.length; t++) {
        add(x[t], linear(mixed[t], at + "self_attn.o_proj", config.attentionOutputBias()));
      }
      double[][] y = normed(x, at + "post_attention_layernorm.weight");
      for (int t = 0; t < x.length; t++) {
        double[] gate = linear(y[t], at + "mlp.gate_proj", config.mlpBias());
        double[] up = linear(y[t], at + "mlp.up_proj", config.mlpBias());
        for (int i = 0; i < gate.length; i++) {
          gate[i] = activation(gate[i]) * up[i];
        }
        add(x[t], linear(gate, at + "mlp.down_proj", config.mlpBias()));
      }
    }
    double[][] y = normed(x, "model.norm.weight");
    String head = config.tiedEmbeddings() ? "model.embed_tokens" : "lm_head";
    double[][] logits = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      logits[t] = linear(y[t], head, false);
    }
    return logits;
  }

  /** What the position that predicts a cell has in its embedding; see {@link Grid}. */
  private void addCell(Grid grid, int[] tokens, int t, double[] x) {
    int cell = Math.min(t + 1 - grid.prefix(), grid.cells() - 1);
    if (cell >= 0) {
      boolean below = cell >= grid.side() && tokens[t - grid.lookBack()] < config.vocabulary();
      int above = below ? tokens[t - grid.lookBack()] : config.vocabulary();
      add(x, row("model.above_embedding.weight", above, x.length));
      add(x, row("model.row_embedding.weight", cell / grid.side(), x.length));
      add(x, row("model.column_embedding.weight", cell % grid.side(), x.length));
    }
  }

  private double[][] attention(double[][] y, String at, int layer) {
    int n = y.length;
    int size = config.headSize();
    int window = config.slidingWindows().get(layer);
    double[][] queries = new double[n][];
    double[][] keys = new double[n][];
    double[][] values = new double[n][];
    for (int t = 0; t < n; t++) {
      queries[t] =
          turned(
              linear(y[t], at + "self_attn.q_proj", config.attentionBias()),
              at + "self_attn.q_norm.weight",
              t,
              n);
      keys[t] =
          turned(
              linear(y[t], at + "self_attn.k_proj", config.attentionBias()),
              at + "self_attn.k_norm.weight",
              t,
              n);
      values[t] = linear(y[t], at + "self_attn.v_proj", config.attentionBias());
    }
    double[][] mixed = new double[n][config.heads() * size];
    for (int t = 0; t < n; t++) {
      int first = window == 0 ? 0 : Math.max(0, t - window + 1);
      for (int head = 0; head < config.heads(); head++) {
        int kv = head / (config.heads() / config.kvHeads());
        double[] weights = new double[t + 1];
        double sum = 0;
        for (int u = first; u <= t; u++) {
          double score = 0;
          for (int i = 0; i < size; i++) {
            score += queries[t][head * size + i] * keys[u][kv * size + i];
          }
          weights[u] = Math.exp(score / Math.sqrt(size));
          sum += weights[u];
        }
        for (int u = first; u <= t; u++) {
          for (int i = 0; i < size; i++) {
            mixed[t][head * size + i] += weights[u] / sum * values[u][kv * size + i];
          }
        }
      }
    }
    return mixed;
  }

  /** Norms and rotates each head of one token's queries or keys. */
  private double[] turned(double[] heads, String norm, int position, int length) {
    Rope rope = java.util.Objects.requireNonNull(config.rope());
    int size = config.headSize();
    int pairs = rope.inverseFrequencies().size();
    for (int head = 0; head < heads.length; head += size) {
      if (config.queryKeyNorm()) {
        double[] one = java.util.Arrays.copyOfRange(heads, head, head + size);
        System.arraycopy(rms(one, norm), 0, heads, head, size);
      }
      for (int pair = 0; pair < pairs; pair++) {
        int left = head + (config.rotaryInterleaved() ? 2 * pair : pair);
        int right = config.rotaryInterleaved() ? left + 1 : left + pairs;
        double angle = position * rope.inverseFrequencies(length).get(pair);
        double cos = Math.cos(angle) * rope.attentionFactor();
        double sin = Math.sin(angle) * rope.attentionFactor();
        double a = heads[left];
        double b = heads[right];
        heads[left] = a * cos - b * sin;
        heads[right] = b * cos + a * sin;
      }
    }
    return heads;
  }

  private double activation(double x) {
    return switch (config.activation()) {
      case SILU -> x / (1 + Math.exp(-x));
      case GELU -> x * normalDistribution(x);
      case GELU_TANH ->
          x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    };
  }

  /** Phi(x) by its Taylor series, which converges everywhere. */
  private static double normalDistribution(double x) {
    double term = x;
    double sum = x;
    for (int k = 1; k < 200; k++) {
      term *= -x * x / (2 * k);
      sum += term / (2 * k + 1);
    }
    return 0.5 + sum / Math.sqrt(2 * Math.PI);
  }

  private double[][] normed(double[][] x, String weight) {
    double[][] y = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      y[t] = rms(x[t], weight);
    }
    return y;
  }

  private double[] rms(double[] x, String weight) {
    double squares = 0;
    for (double element : x) {
      squares += element * element;
    }
    double[] y = row(weight, 0, x.length);
    for (int i = 0; i < x.length; i++) {
      y[i] *= x[i] / Math.sqrt(squares / x.length + config.normEpsilon());
    }
    return y;
  }

  private double[] linear(double[] x, String name, boolean bias) {
    float[] weight = tensors.values(name + ".weight");
    int outputs = weight.length / x.length;
    double[] y = bias ? row(name + ".bias", 0, outputs) : new double[outputs];
    for (int i = 0; i < outputs; i++) {
      for (int j = 0; j < x.length; j++) {
        y[i] += weight[i * x.length + j] * x[j];
      }
    }
    return y;
  }

  private double[] row(String name, int index, int length) {
    double[] row = new double[length];
    for (int i = 0; i < length; i++) {
      row[i] = tensors.values(name)[index * length + i];
    }
    return row;
  }

  private static void add(double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += y[i];
    }
  }
}
