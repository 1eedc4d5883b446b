package dev.weir.text.gguf;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.text.Checkpoint;
import dev.weir.text.CheckpointException;
import dev.weir.text.FuzzChecks;
import dev.weir.text.weights.MappedTensors;
import dev.weir.text.weights.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * Any bytes as a GGUF file. {@code mvn verify} runs the committed inputs; {@code .ci/fuzz} searches
 * for new ones.
 */
final class GgufFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreRefusedOrAreAFileWhoseTensorsCanBeRead(byte[] bytes) {
    try {
      GgufFile file = GgufFile.parse(MemorySegment.ofArray(bytes), "fuzz");
      FuzzChecks.readable(new MappedTensors(new Mapping(), file.tensors(), Map.of()));
    } catch (CheckpointException e) {
      FuzzChecks.refusal(e);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreRefusedOrAreAModelThatIsComplete(byte[] bytes) {
    Mapping mapping = new Mapping();
    try (Checkpoint checkpoint =
        Gguf.read(mapping, MemorySegment.ofArray(bytes), "fuzz", "fuzz", () -> "")) {
      FuzzChecks.readable(checkpoint.tensors());
      FuzzChecks.check(
          checkpoint.config().slidingWindows().size() == checkpoint.config().layers(),
          "there is not one window for each layer");
      if (checkpoint.tokenizer() != null) {
        int[] ids = checkpoint.tokenizer().encode("a b\n1", true);
        checkpoint.tokenizer().decode(ids);
        for (int id : ids) {
          FuzzChecks.check(id < checkpoint.tokenizer().vocabulary(), "an id beyond the vocabulary");
        }
      }
    } catch (CheckpointException e) {
      mapping.close();
      FuzzChecks.refusal(e);
    }
  }
}
