package dev.weir.text.safetensors;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.text.CheckpointException;
import dev.weir.text.FuzzChecks;
import dev.weir.text.weights.MappedTensors;
import dev.weir.text.weights.Mapping;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Any bytes as a safetensors file. {@code mvn verify} runs the committed inputs; {@code
 * JAZZER_FUZZ=1} makes the same tests search for new ones.
 */
final class SafetensorsFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreRefusedOrAreAFileWhoseTensorsCanBeRead(byte[] bytes) {
    parse(bytes);
  }

  /** The search need not find out how to write the length of the header. */
  @FuzzTest(maxDuration = "60s")
  void anyHeaderIsRefusedOrIsOneWhoseTensorsCanBeRead(byte[] header) {
    parse(
        ByteBuffer.allocate(Long.BYTES + header.length + 64)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .put(header)
            .array());
  }

  private static void parse(byte[] bytes) {
    try {
      SafetensorsHeader header = SafetensorsHeader.parse(MemorySegment.ofArray(bytes), "fuzz");
      FuzzChecks.readable(new MappedTensors(new Mapping(), header.tensors(), header.unsupported()));
    } catch (CheckpointException e) {
      FuzzChecks.refusal(e);
    }
  }
}
