package dev.weir.imageworker;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.StoredObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A folder, which readers of the streams see too. */
final class FolderStore implements PictureStore {
  private final Path folder;

  FolderStore(Path folder) {
    this.folder = folder.toAbsolutePath();
  }

  /** Nobody sees half a picture: it gets its name when it is whole. */
  @Override
  public StoredObject put(String name, String mediaType, byte[] bytes) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve(name);
    Path half = Files.createTempFile(folder, name, ".part");
    try {
      Files.write(half, bytes);
      Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(half);
    }
    return StoredObject.newBuilder()
        .setUri(file.toUri().toString())
        .setSha256(ByteString.copyFrom(Digests.sha256(bytes)))
        .setSize(bytes.length)
        .build();
  }
}
