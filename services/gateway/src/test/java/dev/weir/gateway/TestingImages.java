package dev.weir.gateway;

import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.Usage;
import dev.weir.proto.v1.Warning;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Bytes that pass for pictures, and the end of a request for them. */
final class TestingImages {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  private TestingImages() {}

  /** Begins as every PNG does; nobody at the gateway looks further. */
  static byte[] png(String what) {
    return png(what.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] png(byte[] what) {
    byte[] png = new byte[SIGNATURE.length + what.length];
    System.arraycopy(SIGNATURE, 0, png, 0, SIGNATURE.length);
    System.arraycopy(what, 0, png, SIGNATURE.length, what.length);
    return png;
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** An end with a word that the model did not read. */
  static Finished.Builder finished(FinishReason reason, int total) {
    return Finished.newBuilder()
        .setReason(reason)
        .setTotal(total)
        .setUsage(Usage.newBuilder().setPromptTokens(7).setCompletionTokens(256 * total))
        .addWarnings(
            Warning.newBuilder()
                .setCode("unread_words")
                .setField("prompt")
                .setMessage("sword means nothing to this model")
                .addWords("sword"));
  }
}
