package dev.weir.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Looks whether bytes are a whole PNG of a size that is read, before a pixel is decoded: the
 * signature, the size in the header, and the checksum of each chunk, which the JDK's reader does
 * not compare (ISO/IEC 15948, 5.2 and 5.3).
 */
final class PngChunks {
  private static final long SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int AROUND = 12; // length, type and checksum of a chunk
  private static final int HEADER = 13;

  private PngChunks() {}

  static void check(byte[] png) {
    ByteBuffer bytes = ByteBuffer.wrap(png);
    if (png.length < Long.BYTES || bytes.getLong() != SIGNATURE) {
      throw new IllegalArgumentException(
          "This is no PNG: it does not begin as one. Save the picture as PNG and send that file.");
    }
    checkHeader(bytes);
    String type = "";
    while (!type.equals("IEND")) {
      if (bytes.remaining() < AROUND) {
        throw broken("it ends too early");
      }
      int at = bytes.position();
      int length = bytes.getInt();
      if (length < 0 || length > bytes.remaining() - AROUND + Integer.BYTES) {
        throw broken("it ends too early");
      }
      type = new String(png, at + Integer.BYTES, Integer.BYTES, StandardCharsets.ISO_8859_1);
      CRC32 crc = new CRC32();
      crc.update(png, at + Integer.BYTES, Integer.BYTES + length);
      bytes.position(at + 2 * Integer.BYTES + length);
      if (bytes.getInt() != (int) crc.getValue()) {
        throw broken("the checksum at byte %d is wrong".formatted(at));
      }
    }
  }

  /** The first chunk; what comes first of it is the size. */
  private static void checkHeader(ByteBuffer bytes) {
    int at = bytes.position();
    if (bytes.remaining() < AROUND + HEADER
        || bytes.getInt(at) != HEADER
        || bytes.getInt(at + 4) != 0x49484452) { // IHDR
      throw broken("it has no header");
    }
    int width = bytes.getInt(at + 8);
    int height = bytes.getInt(at + 12);
    if (width < 1 || height < 1) {
      throw broken("its header says that it is %d x %d".formatted(width, height));
    }
    if (width > Pictures.MAX_SIDE || height > Pictures.MAX_SIDE) {
      throw new IllegalArgumentException(
          "The picture has %d x %d pixels, and at most %d x %d are read. Make it smaller."
              .formatted(width, height, Pictures.MAX_SIDE, Pictures.MAX_SIDE));
    }
  }

  private static IllegalArgumentException broken(String why) {
    return new IllegalArgumentException(
        "The PNG is broken: %s. Save it again and send the whole file.".formatted(why));
  }
}
