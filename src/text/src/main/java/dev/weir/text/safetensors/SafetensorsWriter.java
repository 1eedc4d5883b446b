package dev.weir.text.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Writes tensors of real numbers as a safetensors file (safetensors, README, "Format"). */
public final class SafetensorsWriter {
  /** The format asks for tensors at multiples of 8; the header is filled with spaces. */
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /** How numbers are kept. */
  public enum Precision {
    /** As they are. */
    F32(Float.BYTES),
    /** The nearest number of 16 bits (IEEE 754 binary16), ties to even. */
    F16(Short.BYTES);

    private final int bytes;

    Precision(int bytes) {
      this.bytes = bytes;
    }
  }

  /** A tensor to be written, row-major. */
  @SuppressWarnings("ArrayRecordComponent") // written once, never compared
  public record FloatTensor(String name, List<Integer> shape, float[] values) {}

  /**
   * Writes a file so that under its name there is always a whole one: the old one, or after this
   * the new one, on disk.
   *
   * @param metadata of the file as a whole
   * @throws IllegalArgumentException if a number is finite but too large for the precision
   * @throws IOException if the file system refuses
   */
  public static void write(
      Path file, Map<String, String> metadata, List<FloatTensor> tensors, Precision precision)
      throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(channel, header(metadata, tensors, precision));
      for (FloatTensor tensor : tensors) {
        writeFully(channel, bytes(tensor, precision));
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static ByteBuffer bytes(FloatTensor tensor, Precision precision) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(tensor.values.length, precision.bytes))
            .order(ByteOrder.LITTLE_ENDIAN);
    switch (precision) {
      case F32 -> bytes.asFloatBuffer().put(tensor.values);
      case F16 -> {
        ShortBuffer halves = bytes.asShortBuffer();
        for (float value : tensor.values) {
          short half = Float.floatToFloat16(value);
          if (Float.isFinite(value) && !Float.isFinite(Float.float16ToFloat(half))) {
            throw new IllegalArgumentException(
                "%s: %s is too large for 16 bits".formatted(tensor.name, value));
          }
          halves.put(half);
        }
      }
    }
    return bytes;
  }

  private static ByteBuffer header(
      Map<String, String> metadata, List<FloatTensor> tensors, Precision precision) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    ObjectNode notes = root.putObject("__metadata__");
    metadata.forEach(notes::put);
    long offset = 0;
    for (FloatTensor tensor : tensors) {
      ObjectNode entry = root.putObject(tensor.name);
      entry.put("dtype", precision.name());
      ArrayNode shape = entry.putArray("shape");
      tensor.shape.forEach(shape::add);
      long end = offset + (long) tensor.values.length * precision.bytes;
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
    int length = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] padded = Arrays.copyOf(json, length);
    Arrays.fill(padded, json.length, length, (byte) ' ');
    return ByteBuffer.allocate(Long.BYTES + length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(padded)
        .flip();
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
