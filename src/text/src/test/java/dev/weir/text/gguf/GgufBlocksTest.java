package dev.weir.text.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.text.Golden;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorType;
import dev.weir.text.weights.MappedTensors;
import dev.weir.text.weights.Mapping;
import dev.weir.text.weights.StoredTensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Random blocks of every type against what ggml's own Python package makes of them. */
class GgufBlocksTest {
  private static final int ELEMENTS = 3 * 512;

  private final Mapping mapping = new Mapping();
  private Map<String, StoredTensor> stored = Map.of();
  private MappedTensors tensors = new MappedTensors(mapping, Map.of(), Map.of());
  private float[] expected = {};

  @BeforeEach
  void open() throws IOException {
    stored = GgufFile.parse(mapping.map(Golden.path("blocks.gguf")), "blocks.gguf").tensors();
    tensors = new MappedTensors(mapping, stored, Map.of());
    expected = Golden.floats("blocks.f32");
  }

  @AfterEach
  void close() {
    tensors.close();
  }

  @Test
  void everyTypeIsThere() {
    assertThat(stored.values().stream().map(tensor -> tensor.description().type()))
        .containsExactlyInAnyOrder(TensorType.values());
  }

  @Test
  void everyTypeDequantisesToTheSameBits() {
    int at = 0;
    for (String name : tensors.names()) {
      float[] read = new float[ELEMENTS];
      tensors.read(name, 0, read);
      assertThat(bits(read)).as(name).isEqualTo(bits(expected(at)));
      at += ELEMENTS;
    }
    assertThat(at).isEqualTo(expected.length);
  }

  @Test
  void aPartReadFromABlocksStartToTheMiddleOfAnotherIsThatPart() {
    int at = 0;
    for (String name : tensors.names()) {
      float[] read = new float[300];
      tensors.read(name, 512, read);
      assertThat(bits(read))
          .as(name)
          .isEqualTo(bits(Arrays.copyOfRange(expected(at), 512, 512 + 300)));
      at += ELEMENTS;
    }
  }

  @Test
  void aReadThatStartsWithinABlockIsRefused() {
    assertThatThrownBy(() -> tensors.read("q4_k.weight", 32, new float[32]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("block size 256");
  }

  @Test
  void aTransposedTensorReadsAsItsTransposeWholeAndInParts() {
    Map<String, StoredTensor> transposed = new LinkedHashMap<>();
    stored.forEach((name, tensor) ->
        transposed.put(
            name,
            new StoredTensor(
                new TensorDescription(name, List.of(512L, 3L), tensor.description().type()),
                tensor.stored(),
                true)));
    MappedTensors view = new MappedTensors(mapping, transposed, Map.of());
    int at = 0;
    for (String name : view.names()) {
      float[] matrix = expected(at);
      float[] wanted = new float[ELEMENTS];
      for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 512; column++) {
          wanted[column * 3 + row] = matrix[row * 512 + column];
        }
      }
      float[] whole = new float[ELEMENTS];
      view.read(name, 0, whole);
      assertThat(bits(whole)).as(name).isEqualTo(bits(wanted));
      float[] part = new float[500];
      view.read(name, 768, part);
      assertThat(bits(part)).as(name).isEqualTo(bits(Arrays.copyOfRange(wanted, 768, 1268)));
      at += ELEMENTS;
    }
  }

  private float[] expected(int at) {
    return Arrays.copyOfRange(expected, at, at + ELEMENTS);
  }

  /** Bits, so that -0 and NaN count. */
  private static int[] bits(float[] floats) {
    int[] bits = new int[floats.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(floats[i]);
    }
    return bits;
  }
}
