package dev.weir.text.weights;

import dev.weir.text.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of files one after another, in hex, computed on the first call: what {@code cat FILES |
 * sha256sum} prints.
 */
public final class Sha256 implements Supplier<String> {
  private static final int BUFFER_BYTES = 1 << 20;

  private final List<Path> files;
  private @Nullable String digest;

  public Sha256(List<Path> files) {
    this.files = List.copyOf(files);
  }

  @Override
  public synchronized String get() {
    if (digest == null) {
      digest = compute();
    }
    return digest;
  }

  private String compute() {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
    byte[] buffer = new byte[BUFFER_BYTES];
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          sha256.update(buffer, 0, read);
        }
      } catch (IOException e) {
        throw new CheckpointException("cannot read " + file + ": " + e.getMessage(), e);
      }
    }
    return HexFormat.of().formatHex(sha256.digest());
  }
}
