package dev.weir.bench.stream;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * An answer in HTTP/1.1 (RFC 9112) as it comes, piece by piece. Belongs to the thread of {@link
 * LoadClients}.
 *
 * <pre>
 *   HEAD ──▶ LENGTH ──▶ DATA ──▶ GAP ──▶ LENGTH …      chunked, up to a length of 0
 *     └────▶ DATA                                      of a known length
 *     └────▶ RAW                                       switched to another protocol
 * </pre>
 */
final class HttpAnswer {
  private static final int HEAD_LIMIT = 65_536;

  /** Takes the bytes of the body. */
  @FunctionalInterface
  interface Body {
    void on(byte b);
  }

  private enum Part {
    HEAD,
    LENGTH,
    DATA,
    GAP,
    RAW,
    DONE
  }

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private Part part = Part.HEAD;
  private int status;
  private boolean chunked;
  private long left;

  /** 0 before the first line has come. */
  int status() {
    return status;
  }

  boolean headHasCome() {
    return part != Part.HEAD;
  }

  boolean isDone() {
    return part == Part.DONE;
  }

  /** True behind the head of an answer with status 101: what follows is no HTTP. */
  boolean isRaw() {
    return part == Part.RAW;
  }

  /** Takes bytes up to the end of the answer, or of its head if that switches protocols. */
  void take(ByteBuffer bytes, Body body) {
    while (bytes.hasRemaining() && part != Part.DONE && part != Part.RAW) {
      byte b = bytes.get();
      switch (part) {
        case HEAD, LENGTH, GAP -> {
          if (b == '\n') {
            String text = line.toString(StandardCharsets.ISO_8859_1).strip();
            line.reset();
            onLine(text);
          } else if (line.size() < HEAD_LIMIT) {
            line.write(b);
          }
        }
        case DATA -> {
          body.on(b);
          if (--left == 0) {
            part = chunked ? Part.GAP : Part.DONE;
          }
        }
        case RAW, DONE -> {}
      }
    }
  }

  private void onLine(String text) {
    if (part == Part.GAP) {
      part = Part.LENGTH;
    } else if (part == Part.LENGTH) {
      left = Long.parseLong(text.split(";", 2)[0].strip(), 16);
      part = left == 0 ? Part.DONE : Part.DATA; // no trailers are sent
    } else if (status == 0) {
      status = Integer.parseInt(text.split(" ", 3)[1]);
    } else if (text.isEmpty()) {
      endHead();
    } else {
      String lower = text.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        left = Long.parseLong(text.substring("content-length:".length()).strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.endsWith("chunked");
    }
  }

  private void endHead() {
    if (status == 101) {
      part = Part.RAW;
    } else if (chunked) {
      part = Part.LENGTH;
    } else {
      part = left == 0 ? Part.DONE : Part.DATA;
    }
  }
}
