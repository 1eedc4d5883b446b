package dev.weir.text.safetensors;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.text.CheckpointException;
import dev.weir.text.FuzzChecks;
import dev.weir.text.json.JsonLimits;
import dev.weir.text.weights.MappedTensors;
import dev.weir.text.weights.Mapping;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * Any bytes as a safetensors file. {@code mvn verify} runs the committed inputs; {@code .ci/fuzz}
 * searches for new ones.
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

  @FuzzTest(maxDuration = "60s")
  void anyIndexIsRefusedOrNamesFilesOfItsFolder(byte[] bytes) {
    Path folder = Path.of("/models/fuzz");
    try {
      List<Path> shards = Safetensors.shards(JsonLimits.parse(bytes, "fuzz"), folder, "fuzz");
      FuzzChecks.check(!shards.isEmpty(), "a model without files");
      for (Path shard : shards) {
        FuzzChecks.check(folder.equals(shard.normalize().getParent()), "a file of another folder");
      }
    } catch (CheckpointException e) {
      FuzzChecks.refusal(e);
    }
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
