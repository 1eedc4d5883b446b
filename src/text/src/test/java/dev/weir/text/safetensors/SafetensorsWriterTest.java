package dev.weir.text.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.text.safetensors.SafetensorsWriter.FloatTensor;
import dev.weir.text.safetensors.SafetensorsWriter.Precision;
import dev.weir.text.weights.MappedTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SafetensorsWriterTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadToTheBit() throws IOException {
    Path file = folder.resolve("some.safetensors");
    Files.writeString(file, "an older file");
    float[] values = {0, -0f, Float.MIN_VALUE, Float.NaN, 1e30f, -2.5f};
    SafetensorsWriter.write(
        file,
        Map.of("a \"note\"", "that is kept"),
        List.of(
            new FloatTensor("first", List.of(2, 3), values),
            new FloatTensor("scalar", List.of(), new float[] {7})),
        Precision.F32);
    try (MappedTensors tensors = Safetensors.open(List.of(file), "")) {
      assertThat(tensors.names()).containsExactly("first", "scalar");
      assertThat(tensors.describe("first").shape()).containsExactly(2L, 3L);
      float[] read = new float[values.length];
      tensors.read("first", 0, read);
      for (int i = 0; i < read.length; i++) {
        assertThat(Float.floatToRawIntBits(read[i])).isEqualTo(Float.floatToRawIntBits(values[i]));
      }
      float[] scalar = new float[1];
      tensors.read("scalar", 0, scalar);
      assertThat(scalar).containsExactly(7);
    }
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file); // nothing half-written is left
    }
  }

  @Test
  void sixteenBitsKeepTheNearestNumber() throws IOException {
    Path file = folder.resolve("half.safetensors");
    // 2049 lies between 2048 and 2050, which is odd in its last place; 6e-8 is the least number.
    float[] values = {1, -0f, 2049, 0.1f, 6e-8f, Float.NEGATIVE_INFINITY, 65504};
    SafetensorsWriter.write(
        file, Map.of(), List.of(new FloatTensor("h", List.of(7), values)), Precision.F16);
    try (MappedTensors tensors = Safetensors.open(List.of(file), "")) {
      float[] read = new float[values.length];
      tensors.read("h", 0, read);
      assertThat(read)
          .containsExactly(
              1, -0f, 2048, 0.0999755859375f, 0x1p-24f, Float.NEGATIVE_INFINITY, 65504);
    }
    assertThatThrownBy(() ->
            SafetensorsWriter.write(
                file,
                Map.of(),
                List.of(new FloatTensor("large", List.of(1), new float[] {65520})),
                Precision.F16))
        .hasMessage("large: 65520.0 is too large for 16 bits");
  }
}
