package dev.weir.text.gguf;

import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.TensorDescription;
import dev.weir.text.config.ExpectedTensors;
import dev.weir.text.weights.MappedTensors;
import dev.weir.text.weights.Mapping;
import dev.weir.text.weights.Sha256;
import dev.weir.text.weights.StoredTensor;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Opens GGUF files. */
public final class Gguf {
  /** Tensors that are part of the config, and one that llama.cpp skips too. */
  private static final Set<String> OF_THE_CONFIG =
      Set.of(GgufRope.FREQUENCIES, GgufRope.LONG_FACTORS, GgufRope.SHORT_FACTORS);

  private Gguf() {}

  /** Whether a file begins as GGUF does. */
  public static boolean isIn(Path file) {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      return Integer.reverseBytes(in.readInt()) == GgufFile.MAGIC;
    } catch (EOFException e) {
      return false;
    } catch (IOException e) {
      throw new CheckpointException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Opens a file.
   *
   * @param name what to call the checkpoint
   * @throws CheckpointException if it is damaged or not supported; the message says why
   */
  public static Checkpoint open(Path file, String name) {
    Mapping mapping = new Mapping();
    try {
      return read(mapping, mapping.map(file), file.toString(), name, new Sha256(List.of(file)));
    } catch (RuntimeException | Error e) {
      mapping.close();
      throw e;
    }
  }

  /** Reads a file that is mapped already. */
  static Checkpoint read(
      Mapping mapping, MemorySegment file, String source, String name, Supplier<String> digest) {
    GgufFile gguf = GgufFile.parse(file, source);
    GgufMetadata metadata = gguf.metadata();
    MappedTensors tensors =
        new MappedTensors(mapping, renamed(gguf, GgufConfig.family(metadata)), Map.of());
    ModelConfig config = GgufConfig.read(metadata, tensors);
    ExpectedTensors.check(config, tensors, source);
    GgufVocabulary vocabulary = new GgufVocabulary(metadata);
    return new Checkpoint(
        name,
        config,
        tensors,
        vocabulary.tokenizer(),
        metadata.text("tokenizer.chat_template"),
        vocabulary.specialTokens(),
        vocabulary.endOfSequence(),
        digest);
  }

  /** The tensors by transformers' names and with its shapes. */
  private static Map<String, StoredTensor> renamed(GgufFile gguf, Family family) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    gguf.tensors()
        .forEach((ggml, tensor) -> {
          String name = OF_THE_CONFIG.contains(ggml) ? ggml : GgufNames.name(ggml, family);
          if (name == null) {
            // It would change what the model computes, so it cannot be passed over.
            throw new CheckpointException(
                "%s: tensor %s is not part of a model of family %s as it is supported"
                    .formatted(gguf.metadata().source(), ggml, family));
          }
          tensors.put(
              name, GgufNames.transposed(name) ? transposed(name, tensor) : tensor.renamed(name));
        });
    return tensors;
  }

  private static StoredTensor transposed(String name, StoredTensor tensor) {
    TensorDescription stored = tensor.description();
    return new StoredTensor(
        new TensorDescription(name, stored.shape().reversed(), stored.type()),
        tensor.stored(),
        true);
  }
}
