package dev.weir.text.safetensors;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes safetensors files, right and wrong ones. */
public final class TestingSafetensors {
  private TestingSafetensors() {}

  /** A file with this header and a buffer of this many bytes that count up from 0. */
  public static byte[] file(String header, int bufferBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + json.length + bufferBytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json);
    for (int i = 0; i < bufferBytes; i++) {
      file.put((byte) i);
    }
    return file.array();
  }

  public static MemorySegment segment(String header, int bufferBytes) {
    return MemorySegment.ofArray(file(header, bufferBytes));
  }

  public static void write(Path path, String header, int bufferBytes) throws IOException {
    Files.write(path, file(header, bufferBytes));
  }
}
