package dev.weir.text.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.CheckpointException;
import dev.weir.text.json.JsonLimits;
import dev.weir.text.weights.MappedTensors;
import dev.weir.text.weights.Mapping;
import dev.weir.text.weights.StoredTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Opens the safetensors of a model folder: one file, or shards with their index. */
public final class Safetensors {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final int MAX_INDEX_BYTES = 64 << 20;
  private static final int MAX_SHARDS = 1000;

  private Safetensors() {}

  /** Whether a folder holds safetensors under the names that transformers gives them. */
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(SINGLE))
        || Files.isRegularFile(folder.resolve(INDEX));
  }

  /**
   * The files with weights, in the order of their names. The single file wins over an index, as in
   * transformers.
   *
   * @throws CheckpointException if there are none, or the index names a file elsewhere
   */
  public static List<Path> files(Path folder) {
    Path single = folder.resolve(SINGLE);
    if (Files.isRegularFile(single)) {
      return List.of(single);
    }
    Path index = folder.resolve(INDEX);
    if (!Files.isRegularFile(index)) {
      throw new CheckpointException("%s has neither %s nor %s".formatted(folder, SINGLE, INDEX));
    }
    return shards(JsonLimits.read(index, MAX_INDEX_BYTES), folder, index.toString());
  }

  /** The files that an index names, all of them in the folder. */
  static List<Path> shards(JsonNode index, Path folder, String source) {
    JsonNode weightMap = index.path("weight_map");
    TreeSet<String> names = new TreeSet<>();
    for (JsonNode shard : weightMap) {
      names.add(shard.asText());
    }
    if (names.isEmpty() || names.size() > MAX_SHARDS) {
      throw new CheckpointException(
          "%s: weight_map names %d files; 1 to %d are supported"
              .formatted(source, names.size(), MAX_SHARDS));
    }
    return names.stream().map(name -> shard(folder, name, source)).toList();
  }

  private static Path shard(Path folder, String name, String source) {
    // An index is no licence to read other files of the machine.
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors")) {
      throw new CheckpointException(
          "%s: weight_map names '%s', which is no safetensors file of this folder"
              .formatted(source, name));
    }
    return folder.resolve(name);
  }

  /**
   * Maps files and reads their headers.
   *
   * @param basePrefix how the names of all tensors but the output layer's begin ({@code model.}).
   *     Checkpoints saved from a model without its head (gpt2) leave it out; it is put back
   * @throws CheckpointException if a file is damaged, or two hold the same tensor
   */
  public static MappedTensors open(List<Path> files, String basePrefix) {
    Mapping mapping = new Mapping();
    try {
      Map<String, StoredTensor> tensors = new LinkedHashMap<>();
      Map<String, String> unsupported = new LinkedHashMap<>();
      for (Path file : files) {
        SafetensorsHeader header = SafetensorsHeader.parse(mapping.map(file), file.toString());
        header.tensors().forEach((name, tensor) -> put(tensors, name, tensor, file));
        header.unsupported().forEach((name, type) -> put(unsupported, name, type, file));
      }
      boolean complete = tensors.keySet().stream().anyMatch(name -> name.startsWith(basePrefix));
      return new MappedTensors(
          mapping, complete ? tensors : prefixed(tensors, basePrefix), unsupported);
    } catch (RuntimeException | Error e) {
      mapping.close();
      throw e;
    }
  }

  private static Map<String, StoredTensor> prefixed(
      Map<String, StoredTensor> tensors, String prefix) {
    Map<String, StoredTensor> renamed = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> {
      String full = name.startsWith("lm_head.") ? name : prefix + name;
      renamed.put(full, tensor.renamed(full));
    });
    return renamed;
  }

  private static <T> void put(Map<String, T> map, String name, T value, Path file) {
    if (map.putIfAbsent(name, value) != null) {
      throw new CheckpointException("%s: tensor %s is in another file too".formatted(file, name));
    }
  }
}
