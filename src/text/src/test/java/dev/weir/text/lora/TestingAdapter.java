package dev.weir.text.lora;

import dev.weir.text.ModelConfig;
import dev.weir.text.config.ExpectedTensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;

/** An adapter of random numbers, as PEFT would write it; right, until a test changes something. */
public final class TestingAdapter {
  private static final String PREFIX = "base_model.model.";

  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final Map<String, float[]> values = new LinkedHashMap<>();
  private final Map<String, String> config = new LinkedHashMap<>();

  /** All layers get matrices of this rank; alpha is {@code 1.5 rank}, so that the scale is 1.5. */
  public static TestingAdapter random(
      ModelConfig model, long seed, int rank, Collection<Projection> projections) {
    TestingAdapter adapter = new TestingAdapter();
    Random random = new Random(seed);
    Map<String, List<Long>> base = ExpectedTensors.of(model);
    for (int layer = 0; layer < model.layers(); layer++) {
      for (Projection projection : projections) {
        String module = projection.module(layer);
        List<Long> shape = base.getOrDefault(module + ".weight", List.of());
        adapter.put(random, module + ".lora_A.weight", rank, shape.get(1));
        adapter.put(random, module + ".lora_B.weight", shape.get(0), rank);
      }
    }
    StringJoiner targets = new StringJoiner(", ", "[", "]");
    projections.forEach(projection -> targets.add('"' + projection.leaf() + '"'));
    adapter.config.put("peft_type", "\"LORA\"");
    adapter.config.put("r", String.valueOf(rank));
    adapter.config.put("lora_alpha", String.valueOf(1.5 * rank));
    adapter.config.put("target_modules", targets.toString());
    adapter.config.put("bias", "\"none\"");
    adapter.config.put("use_dora", "false");
    adapter.config.put("modules_to_save", "null");
    return adapter;
  }

  private void put(Random random, String name, long rows, long columns) {
    float[] elements = new float[Math.toIntExact(rows * columns)];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) (0.15 * random.nextGaussian());
    }
    shapes.put(PREFIX + name, new long[] {rows, columns});
    values.put(PREFIX + name, elements);
  }

  /** Sets a field of the config, in JSON; null: leaves it out. */
  public TestingAdapter set(String field, @org.jspecify.annotations.Nullable String json) {
    if (json == null) {
      config.remove(field);
    } else {
      config.put(field, json);
    }
    return this;
  }

  /** The elements of a tensor, to be changed; {@code factor} is A or B. */
  public float[] values(int layer, Projection projection, String factor) {
    return values.getOrDefault(name(layer, projection, factor), new float[0]);
  }

  /** What a tensor is called. */
  public static String name(int layer, Projection projection, String factor) {
    return PREFIX + projection.module(layer) + ".lora_" + factor + ".weight";
  }

  public void remove(String tensor) {
    shapes.remove(tensor);
    values.remove(tensor);
  }

  /** Gives a tensor another name. */
  public void rename(String tensor, String name) {
    shapes.put(name, shapes.getOrDefault(tensor, new long[0]));
    values.put(name, values.getOrDefault(tensor, new float[0]));
    remove(tensor);
  }

  /** Writes the adapter into a folder, which is made. */
  public Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    StringJoiner json = new StringJoiner(", ", "{", "}");
    config.forEach((field, value) -> json.add("\"" + field + "\": " + value));
    Files.writeString(folder.resolve("adapter_config.json"), json.toString());
    Files.write(folder.resolve("adapter_model.safetensors"), safetensors());
    return folder;
  }

  private byte[] safetensors() {
    StringJoiner header = new StringJoiner(", ", "{", "}");
    ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    values.forEach((name, elements) -> {
      long[] shape = shapes.getOrDefault(name, new long[2]);
      int begin = buffer.size();
      ByteBuffer bytes =
          ByteBuffer.allocate(Float.BYTES * elements.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(elements);
      buffer.writeBytes(bytes.array());
      header.add(
          "\"%s\": {\"dtype\": \"F32\", \"shape\": [%d, %d], \"data_offsets\": [%d, %d]}"
              .formatted(name, shape[0], shape[1], begin, buffer.size()));
    });
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + json.length + buffer.size())
            .order(ByteOrder.LITTLE_ENDIAN);
    return file.putLong(json.length).put(json).put(buffer.toByteArray()).array();
  }
}
