package dev.weir.imageworker;

import dev.weir.proto.v1.StoredObject;
import java.io.IOException;

/** Where pictures lie that are too large for a record. Safe for use by any thread. */
interface PictureStore extends AutoCloseable {
  /**
   * Keeps bytes under a name; the same name with the same bytes may be kept again.
   *
   * @param name letters, digits, dots and hyphens
   * @throws IOException if it cannot be kept, with what to do about it
   */
  StoredObject put(String name, String mediaType, byte[] bytes) throws IOException;

  @Override
  default void close() {}
}
