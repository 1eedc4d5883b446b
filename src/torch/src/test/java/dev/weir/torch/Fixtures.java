package dev.weir.torch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Reference answers of other implementations, shared by all modules. */
public final class Fixtures {
  public static final List<String> CHECKPOINTS =
      List.of("llama", "llama-tied", "llama3-rope", "mistral", "qwen2", "qwen3", "gpt2");

  private Fixtures() {}

  public static Path path(String name) {
    String folder = System.getProperty("weir.fixtures");
    return Path.of(Objects.requireNonNull(folder, "system property weir.fixtures")).resolve(name);
  }

  public static JsonNode json(String name) {
    try {
      return new ObjectMapper().readTree(path(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }

  public static List<Double> doubles(JsonNode array) {
    List<Double> values = new ArrayList<>();
    array.forEach(value -> values.add(value.asDouble()));
    return values;
  }

  /** What the reference made of one prompt of a checkpoint. */
  public record Case(JsonNode json) {
    public int[] prompt() {
      return ints(json.get("prompt"));
    }

    public int[] greedy() {
      return ints(json.get("greedy_24"));
    }
  }

  public static List<Case> cases(String checkpoint) {
    List<Case> cases = new ArrayList<>();
    json("text/" + checkpoint + "/expected.json").get("cases").forEach(c -> cases.add(new Case(c)));
    return cases;
  }
}
