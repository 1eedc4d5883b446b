package dev.weir.text.lora;

import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.TensorSource;
import dev.weir.text.config.ExpectedTensors;
import dev.weir.text.json.JsonLimits;
import dev.weir.text.safetensors.Safetensors;
import dev.weir.text.weights.MappedTensors;
import dev.weir.text.weights.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A low-rank adapter (Hu 2021) for one model: a linear layer that it changes computes {@code W x +
 * scale B (A x)}. It is a folder as PEFT's {@code save_pretrained} writes it, and its rows are in
 * the order of transformers, whatever the order in the base model's file.
 */
public final class LoraAdapter implements AutoCloseable {
  /** Highest rank. */
  public static final int MAX_RANK = 256;

  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";

  private final String source;
  private final LoraConfig config;
  private final TensorSource tensors;
  // [out, in] of each layer that is changed, by the layer's name
  private final Map<String, List<Long>> changed;
  private final Sha256 digest;

  /**
   * The two matrices of a linear layer.
   *
   * @param a [rank, in], row-major, finite
   * @param b [out, rank], row-major, finite
   */
  @SuppressWarnings("ArrayRecordComponent") // packed once, never compared
  public record Factors(int rank, float scale, float[] a, float[] b) {}

  private LoraAdapter(
      String source,
      LoraConfig config,
      TensorSource tensors,
      Map<String, List<Long>> changed,
      Sha256 digest) {
    this.source = source;
    this.config = config;
    this.tensors = tensors;
    this.changed = changed;
    this.digest = digest;
  }

  /**
   * Opens an adapter and holds it against its base model.
   *
   * @throws CheckpointException if the folder holds none, it wants what is not supported, or it was
   *     made for another model; the message says which
   */
  public static LoraAdapter open(Path folder, ModelConfig model) {
    Path configFile = folder.resolve(CONFIG);
    Path weights = folder.resolve(WEIGHTS);
    for (Path file : List.of(configFile, weights)) {
      if (!Files.isRegularFile(file)) {
        throw new CheckpointException(
            "%s has no %s; name the folder that PEFT's save_pretrained wrote"
                .formatted(folder, file.getFileName()));
      }
    }
    LoraConfig config =
        LoraConfig.parse(
            JsonLimits.read(configFile, JsonLimits.CONFIG_BYTES), configFile.toString());
    MappedTensors tensors = Safetensors.open(List.of(weights), "");
    try {
      tensors.unsupported().keySet().stream().sorted().findFirst().ifPresent(tensors::describe);
      Map<String, List<Long>> changed = changed(config, tensors, model, weights.toString());
      return new LoraAdapter(
          weights.toString(), config, tensors, changed, new Sha256(List.of(configFile, weights)));
    } catch (RuntimeException | Error e) {
      tensors.close();
      throw e;
    }
  }

  private static Map<String, List<Long>> changed(
      LoraConfig config, TensorSource tensors, ModelConfig model, String source) {
    Map<String, List<Long>> base = ExpectedTensors.of(model);
    Map<String, List<Long>> changed = new LinkedHashMap<>();
    Set<String> left = new HashSet<>(tensors.names());
    for (int layer = 0; layer < model.layers(); layer++) {
      for (Projection projection : Projection.values()) {
        String module = projection.module(layer);
        List<Long> shape = base.get(module + ".weight");
        boolean some = left.contains(tensor(module, "A")) || left.contains(tensor(module, "B"));
        if (shape == null || !some) {
          continue;
        }
        long rank = config.rank(module);
        require(tensors, tensor(module, "A"), List.of(rank, shape.get(1)), source);
        require(tensors, tensor(module, "B"), List.of(shape.get(0), rank), source);
        left.remove(tensor(module, "A"));
        left.remove(tensor(module, "B"));
        changed.put(module, shape);
      }
    }
    if (!left.isEmpty()) {
      throw new CheckpointException(
          ("%s: tensor %s is no part of a layer that an adapter can change here: q_proj, k_proj,"
               + " v_proj, o_proj, gate_proj, up_proj or down_proj of the %d layers of a %s model")
              .formatted(
                  source,
                  left.stream().sorted().toList().getFirst(),
                  model.layers(),
                  model.family()));
    }
    if (changed.isEmpty()) {
      throw new CheckpointException(source + " changes nothing: it has no tensors");
    }
    for (String target : config.targets()) {
      if (changed.keySet().stream().noneMatch(module -> LoraConfig.names(target, module))) {
        throw new CheckpointException(
            "%s: target_modules of %s names %s, but no tensor belongs to it"
                .formatted(source, CONFIG, target));
      }
    }
    return changed;
  }

  private static String tensor(String module, String factor) {
    return PREFIX + module + ".lora_" + factor + ".weight";
  }

  private static void require(
      TensorSource tensors, String tensor, List<Long> shape, String source) {
    List<Long> found = tensors.describe(tensor).shape();
    if (!found.equals(shape)) {
      throw new CheckpointException(
          "%s: tensor %s has the shape %s, rank and base model make it %s"
              .formatted(source, tensor, found, shape));
    }
  }

  /** Whether it changes a linear layer. */
  public boolean changes(int layer, Projection projection) {
    return changed.containsKey(projection.module(layer));
  }

  /** Rank of a layer's matrices; 0 where it changes nothing. */
  public int rank(int layer, Projection projection) {
    return changes(layer, projection) ? config.rank(projection.module(layer)) : 0;
  }

  /**
   * Reads the matrices of a layer that is changed.
   *
   * @throws CheckpointException if a value is not finite
   */
  public Factors factors(int layer, Projection projection) {
    String module = projection.module(layer);
    List<Long> shape = changed.get(module);
    if (shape == null) {
      throw new IllegalArgumentException("the adapter does not change " + module);
    }
    int rank = config.rank(module);
    return new Factors(
        rank,
        config.scale(module),
        read(tensor(module, "A"), rank * shape.get(1)),
        read(tensor(module, "B"), rank * shape.get(0)));
  }

  private float[] read(String tensor, long elements) {
    float[] values = new float[Math.toIntExact(elements)];
    tensors.read(tensor, 0, values);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new CheckpointException(
            "%s: tensor %s has a value that is not finite".formatted(source, tensor));
      }
    }
    return values;
  }

  /** SHA-256 of config and weights, hex; computed on the first call. */
  public String digest() {
    return digest.get();
  }

  @Override
  public void close() {
    tensors.close();
  }
}
