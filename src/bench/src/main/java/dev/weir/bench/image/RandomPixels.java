package dev.weir.bench.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.text.config.ExpectedTensors;
import dev.weir.text.config.HuggingFaceConfig;
import dev.weir.text.safetensors.SafetensorsWriter;
import dev.weir.text.safetensors.SafetensorsWriter.FloatTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A pixel transformer with random weights in a folder, of the shape that portraits of 16 x 16
 * pixels in 256 colours are learned with. Its output layer has large weights, so that few colours
 * are probable, as in a trained one.
 */
final class RandomPixels {
  static final int COLOURS = 256;
  static final int WORDS = 120;
  static final int PREFIX = 17;
  static final int SIDE = 16;
  private static final double SPREAD = 0.09; // about 1 / sqrt(128)
  private static final double OUTPUT_SPREAD = 0.5;

  private RandomPixels() {}

  /** Writes the folder's two files. */
  static void write(Path folder) throws IOException {
    ObjectNode json = json();
    Files.writeString(folder.resolve("config.json"), json.toString());
    SplittableRandom random = new SplittableRandom(1);
    List<FloatTensor> tensors = new ArrayList<>();
    ExpectedTensors.of(HuggingFaceConfig.parse(json, "config.json"))
        .forEach((name, size) -> tensors.add(tensor(name, size, random)));
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), Map.of(), tensors, SafetensorsWriter.Precision.F16);
  }

  private static FloatTensor tensor(String name, List<Long> size, SplittableRandom random) {
    List<Integer> shape = size.stream().map(Math::toIntExact).toList();
    float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
    double spread = name.startsWith("lm_head") ? OUTPUT_SPREAD : SPREAD;
    for (int i = 0; i < values.length; i++) {
      values[i] = shape.size() == 1 ? 1 : (float) (spread * random.nextGaussian());
    }
    return new FloatTensor(name, shape, values);
  }

  private static ObjectNode json() {
    return new ObjectMapper()
        .createObjectNode()
        .put("model_type", "weir_pixels")
        .put("vocab_size", COLOURS)
        .put("input_vocab_size", COLOURS + WORDS)
        .put("prefix_length", PREFIX)
        .put("grid_side", SIDE)
        .put("hidden_size", 128)
        .put("intermediate_size", 384)
        .put("num_hidden_layers", 4)
        .put("num_attention_heads", 2)
        .put("num_key_value_heads", 2)
        .put("head_dim", 64)
        .put("max_position_embeddings", PREFIX + SIDE * SIDE)
        .put("rms_norm_eps", 1e-5)
        .put("rope_theta", 10_000)
        .put("hidden_act", "silu")
        .put("tie_word_embeddings", false);
  }
}
