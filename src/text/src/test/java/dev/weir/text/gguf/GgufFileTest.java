package dev.weir.text.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weir.text.CheckpointException;
import dev.weir.text.Golden;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GgufFileTest {
  private static final int F32 = 0;
  private static final int Q4_0 = 2;
  private static final int Q2_K = 10;
  private static final int ARRAY = GgufValueType.ARRAY.ordinal();
  private static final int UINT8 = GgufValueType.UINT8.ordinal();
  private static final int STRING = GgufValueType.STRING.ordinal();
  private static final long HUGE = 1L << 60;

  @Test
  void everyMetadataTypeIsRead() {
    TestingGguf file = TestingGguf.header(0, 13);
    file.text("u8").u32(0).u8(200);
    file.text("i8").u32(1).u8(200);
    file.text("u16").u32(2).raw((byte) 0xFF, (byte) 0xFF);
    file.text("i16").u32(3).raw((byte) 0xFF, (byte) 0xFF);
    file.text("u32").u32(4).u32(-1);
    file.text("i32").u32(5).u32(-1);
    file.pair("f32", 0.5f).pair("bool", true).pair("text", "häß");
    file.text("bytes").u32(ARRAY).u32(UINT8).u64(3).raw((byte) 1, (byte) 2, (byte) 255);
    file.pair("texts", List.of("a", "", "c"));
    file.text("u64").u32(10).u64(1L << 40);
    file.text("f64").u32(12).u64(Double.doubleToRawLongBits(1e-300));

    GgufMetadata metadata = GgufFile.parse(file.segment(), "test").metadata();

    assertThat(metadata.count("u8", 1000)).isEqualTo(200);
    assertThat(metadata.tokenId("i8", 1000)).isEqualTo(-1);
    assertThat(metadata.count("u16", 1 << 20)).isEqualTo(65535);
    assertThatThrownBy(() -> metadata.count("i16", 10))
        .hasMessageContaining("i16")
        .hasMessageContaining("-1");
    assertThat(metadata.positive("u32")).isEqualTo(4294967295.0);
    assertThatThrownBy(() -> metadata.count("i32", 10)).hasMessageContaining("i32");
    assertThat(metadata.positive("f32")).isEqualTo(0.5);
    assertThat(metadata.flag("bool", false)).isTrue();
    assertThat(metadata.text("text")).isEqualTo("häß");
    assertThat(metadata.numbers("bytes")).isNotNull().extracting(n -> n.at(2)).isEqualTo(255.0);
    assertThat(metadata.texts("texts")).containsExactly("a", "", "c");
    assertThat(metadata.positive("u64")).isEqualTo(0x1p40);
    assertThat(metadata.positive("f64")).isEqualTo(1e-300);
  }

  static Stream<Arguments> damaged() {
    return Stream.of(
        Arguments.of("no GGUF file", new TestingGguf().u32(1).u32(3).u64(0).u64(0)),
        Arguments.of("version 1", new TestingGguf().u32(GgufFile.MAGIC).u32(1).u64(0).u64(0)),
        Arguments.of(
            "big-endian", new TestingGguf().u32(GgufFile.MAGIC).u32(3 << 24).u64(0).u64(0)),
        Arguments.of("ends too early", new TestingGguf().u32(GgufFile.MAGIC)),
        Arguments.of("do not fit", TestingGguf.header(HUGE, 0)),
        Arguments.of("do not fit", TestingGguf.header(-1, 0)),
        Arguments.of("do not fit", TestingGguf.header(0, HUGE)),
        Arguments.of("do not fit", TestingGguf.header(0, 1).u64(HUGE).raw(new byte[16])),
        Arguments.of("no metadata type 13", TestingGguf.header(0, 1).text("key").u32(13).u64(0)),
        Arguments.of("no metadata type", TestingGguf.header(0, 1).text("key").u32(-1).u64(0)),
        Arguments.of(
            "do not fit", TestingGguf.header(0, 1).text("key").u32(ARRAY).u32(UINT8).u64(HUGE)),
        Arguments.of(
            "do not fit",
            TestingGguf.header(0, 1).text("key").u32(ARRAY).u32(STRING).u64(3).text("a").text("b")),
        Arguments.of(
            "array of arrays",
            TestingGguf.header(0, 1).text("key").u32(ARRAY).u32(ARRAY).u64(1).u64(0).u64(0)),
        Arguments.of("there twice", TestingGguf.header(0, 2).pair("key", 1).pair("key", 1)),
        Arguments.of("power of 2", TestingGguf.header(0, 1).pair("general.alignment", 24)),
        Arguments.of("general.alignment", TestingGguf.header(0, 1).pair("general.alignment", 0)),
        Arguments.of("split model", TestingGguf.header(0, 1).pair("split.count", 2)),
        Arguments.of("5 dimensions", TestingGguf.header(1, 0).tensor("a", F32, 0, 1, 1, 1, 1, 1)),
        Arguments.of("negative dimension", TestingGguf.header(1, 0).tensor("a", F32, 0, -32)),
        Arguments.of(
            "larger than any file", TestingGguf.header(1, 0).tensor("a", F32, 0, HUGE, 99)),
        Arguments.of(
            "larger than any file", TestingGguf.header(1, 0).tensor("a", F32, 0, HUGE * 4)),
        Arguments.of("rows of 16", TestingGguf.header(1, 0).tensor("a", Q4_0, 0, 16, 2).data(18)),
        Arguments.of("type Q2_K", TestingGguf.header(1, 0).tensor("a", Q2_K, 0, 256).data(84)),
        Arguments.of("number 4711", TestingGguf.header(1, 0).tensor("a", 4711, 0, 256).data(84)),
        Arguments.of("not aligned", TestingGguf.header(1, 0).tensor("a", F32, 8, 8).data(64)),
        Arguments.of("not aligned", TestingGguf.header(1, 0).tensor("a", F32, -32, 8).data(64)),
        Arguments.of("beyond the end", TestingGguf.header(1, 0).tensor("a", F32, 0, 17).data(64)),
        Arguments.of("beyond the end", TestingGguf.header(1, 0).tensor("a", F32, HUGE, 8).data(64)),
        Arguments.of(
            "overlaps",
            TestingGguf.header(2, 0).tensor("a", F32, 0, 9).tensor("b", F32, 32, 8).data(64)),
        Arguments.of(
            "there twice",
            TestingGguf.header(2, 0).tensor("a", F32, 0, 8).tensor("a", F32, 32, 8).data(64)));
  }

  @ParameterizedTest
  @MethodSource("damaged")
  void aDamagedFileIsRefusedWithASentence(String message, TestingGguf file) {
    assertThatThrownBy(() -> GgufFile.parse(file.segment(), "test"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aFileCutOffAnywhereIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.path("models/llama/llama.gguf"));
    int step = 7; // every cut would take long; 7 reaches every kind of field
    for (int length = 0; length < whole.length; length += step) {
      MemorySegment cut = MemorySegment.ofArray(Arrays.copyOf(whole, length));
      Throwable thrown = catchThrowable(() -> GgufFile.parse(cut, "test"));
      if (length < whole.length - 64) { // the last tensor is followed by padding
        assertThat(thrown).as("cut at " + length).isInstanceOf(CheckpointException.class);
      }
    }
  }
}
