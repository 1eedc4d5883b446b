package dev.weir.bench.peer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The networks that draw portraits in eager PyTorch, in a Python process that stays for all rounds.
 */
public final class PyTorchPortraits implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final PythonPeer peer;

  private PyTorchPortraits(PythonPeer peer) {
    this.peer = peer;
  }

  /**
   * Where weights are; null: random ones.
   *
   * @param pixel folder of the served pixel transformer
   * @param vae file
   * @param diffusion file
   */
  public record Trained(@Nullable Path pixel, @Nullable Path vae, @Nullable Path diffusion) {}

  private static @Nullable String text(@Nullable Path path) {
    return path == null ? null : path.toString();
  }

  /**
   * Starts the process and makes the networks.
   *
   * @param python the interpreter that has PyTorch
   * @param sizes how many values each attribute has
   */
  public static PyTorchPortraits start(
      Path python, int threads, List<Integer> sizes, Trained trained) {
    PyTorchPortraits portraits =
        new PyTorchPortraits(
            PythonPeer.start(
                "PyTorch", python, "pytorch_portraits.py", List.of(Integer.toString(threads))));
    ObjectNode open = JSON.createObjectNode().put("op", "open");
    ArrayNode values = open.putArray("sizes");
    sizes.forEach(values::add);
    open.put("pixel", text(trained.pixel()));
    open.put("vae", text(trained.vae()));
    open.put("diffusion", text(trained.diffusion()));
    try {
      portraits.ask(open);
      return portraits;
    } catch (RuntimeException e) {
      portraits.close();
      throw e;
    }
  }

  /** What Python calls it. */
  public String version() {
    return peer.version();
  }

  /**
   * Draws a picture for each condition, all together.
   *
   * @return seconds
   */
  public double draw(String family, List<int[]> conditions) {
    return ask(
        conditioned(JSON.createObjectNode().put("op", "draw").put("family", family), conditions));
  }

  /**
   * Draws a picture for each condition, all together, in steps of a scheduler of diffusers.
   *
   * @param steps evaluations of the network
   * @return seconds
   */
  public double steps(String family, List<int[]> conditions, int steps) {
    return ask(
        conditioned(
            JSON.createObjectNode().put("op", "steps").put("family", family).put("steps", steps),
            conditions));
  }

  private static ObjectNode conditioned(ObjectNode request, List<int[]> conditions) {
    ArrayNode all = request.putArray("conditions");
    for (int[] condition : conditions) {
      ArrayNode values = all.addArray();
      for (int value : condition) {
        values.add(value);
      }
    }
    return request;
  }

  /**
   * Takes steps of training: forward, backward, clip, AdamW, average.
   *
   * @param batch pictures of a step
   * @return seconds
   */
  public double train(String family, int steps, int batch, boolean bfloat16) {
    return ask(
        JSON.createObjectNode()
            .put("op", "train")
            .put("family", family)
            .put("steps", steps)
            .put("batch", batch)
            .put("bfloat16", bfloat16));
  }

  private double ask(ObjectNode request) {
    return peer.ask(request).path("seconds").asDouble();
  }

  @Override
  public void close() {
    peer.close();
  }
}
