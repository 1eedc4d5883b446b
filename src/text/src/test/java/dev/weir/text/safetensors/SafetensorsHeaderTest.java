package dev.weir.text.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.text.CheckpointException;
import dev.weir.text.TensorDescription;
import dev.weir.text.TensorType;
import dev.weir.text.weights.StoredTensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsHeaderTest {

  @Test
  void tensorsAreFoundWithTheirShapesAndBytes() {
    SafetensorsHeader header =
        SafetensorsHeader.parse(
            TestingSafetensors.segment(
                """
                {"__metadata__":{"format":"pt","nested":"{}"},
                 "b":{"dtype":"F16","shape":[3],"data_offsets":[8,14]},
                 "a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
                 "scalar":{"dtype":"BF16","shape":[],"data_offsets":[14,16]},
                 "none":{"dtype":"F32","shape":[0,5],"data_offsets":[16,16]},
                 "mask":{"dtype":"BOOL","shape":[2],"data_offsets":[16,18]}}   \
                """,
                18),
            "test");

    assertThat(header.tensors().keySet()).containsExactly("a", "b", "scalar", "none");
    List<StoredTensor> tensors = List.copyOf(header.tensors().values());
    assertThat(tensors.get(0).description())
        .isEqualTo(new TensorDescription("a", List.of(2L, 1L), TensorType.F32));
    assertThat(tensors.get(1).stored().asByteBuffer().get(0)).isEqualTo((byte) 8);
    assertThat(tensors.get(2).stored().byteSize()).isEqualTo(2);
    assertThat(header.unsupported()).containsEntry("mask", "BOOL");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          a hole               | {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}   | 8  | lies at
          an overlap           | {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}} | 12 | lies at
          beyond the file      | {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}  | 8  | lies at
          backwards            | {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}} | 4 | lies at
          bytes left over      | {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   | 8  | end at
          wrong size           | {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}   | 8  | takes 12 bytes
          overflowing shape    | {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}} | 0 | larger than any file
          overflowing bytes    | {"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}   | 0 | larger than any file
          negative dimension   | {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}  | 0  | needs dtype, shape
          fraction             | {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}} | 4  | needs dtype, shape
          beyond a long        | {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}} | 4 | not valid
          one offset           | {"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}     | 4  | needs dtype, shape
          no type              | {"a":{"shape":[1],"data_offsets":[0,4]}}                 | 4  | needs dtype, shape
          the same name twice  | {"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}} | 0 | Duplicate
          not an object        | [1]                                                      | 0  | not a JSON object
          cut off              | {"a":{"dtype":"F32","shape":[1                           | 4  | not valid
          two documents        | {} {}                                                    | 0  | follows
          """)
  void aHeaderThatDoesNotFitItsFileIsRefused(
      String what, String header, int bytes, String message) {
    assertThatThrownBy(
            () -> SafetensorsHeader.parse(TestingSafetensors.segment(header, bytes), "test"))
        .as(what)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void deepNestingIsRefused() {
    String header = "{\"__metadata__\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";
    assertThatThrownBy(() -> SafetensorsHeader.parse(TestingSafetensors.segment(header, 0), "test"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("depth");
  }

  @ParameterizedTest
  @CsvSource({"100000001", "-1", "17", "9223372036854775807"})
  void aHeaderLongerThanItsFileOrTheFormatsLimitIsRefusedUnread(long claimed) {
    byte[] file = new byte[24];
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(claimed);
    assertThatThrownBy(() -> SafetensorsHeader.parse(MemorySegment.ofArray(file), "test"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is not a safetensors file");
  }

  @Test
  void aFileWithoutALengthIsRefused() {
    assertThatThrownBy(() -> SafetensorsHeader.parse(MemorySegment.ofArray(new byte[7]), "test"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("too short");
  }
}
