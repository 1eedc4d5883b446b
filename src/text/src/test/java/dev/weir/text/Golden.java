package dev.weir.text;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Files of this module's tests that other implementations made; see {@code src/test/scripts}. */
public final class Golden {
  private Golden() {}

  public static Path path(String name) {
    URL url = Golden.class.getResource("/golden/" + name);
    try {
      return Path.of(Objects.requireNonNull(url, name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Little-endian floats. */
  public static float[] floats(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(path(name));
    float[] floats = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }
}
