package dev.weir.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.stream.RequestPublisher.Published;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which requests an {@code Idempotency-Key} led to, for a while and on this gateway: the
 * same key with the same body leads to the same requests, whose streams are then replayed.
 */
final class IdempotencyKeys {
  private static final int LONGEST_KEY = 255;

  private final Cache<String, Entry> entries;

  IdempotencyKeys(GatewayConfig config) {
    this.entries =
        Caffeine.newBuilder()
            .expireAfterWrite(config.idempotencyTtl())
            .maximumSize(config.idempotencyKeys())
            .build();
  }

  /**
   * @param key of the header; null: nothing is remembered
   * @param scope route and caller, within which keys mean the same
   * @throws ApiException 422 if the key came with another body, 400 if it is none
   */
  CompletableFuture<List<Published>> once(
      @Nullable String key,
      String scope,
      byte[] body,
      Supplier<CompletableFuture<List<Published>>> publish) {
    if (key == null) {
      return publish.get();
    }
    if (key.isBlank() || key.length() > LONGEST_KEY) {
      throw ApiException.refused(
          400,
          "invalid_idempotency_key",
          "The header Idempotency-Key must have 1 to " + LONGEST_KEY + " characters.");
    }
    String digest = sha256(body);
    String place = scope + "\n" + key;
    Entry mine = new Entry(digest, new CompletableFuture<>());
    Entry first = entries.asMap().putIfAbsent(place, mine);
    if (first != null) {
      if (!first.digest.equals(digest)) {
        throw ApiException.refused(
            422,
            "idempotency_key_reused",
            "The header Idempotency-Key was used with another body; draw a new key.");
      }
      return first.published;
    }
    publish
        .get()
        .whenComplete((published, failure) -> {
          if (failure == null) {
            mine.published.complete(published);
          } else {
            entries.asMap().remove(place, mine); // another try may succeed
            mine.published.completeExceptionally(failure);
          }
        });
    return mine.published;
  }

  static String sha256(byte[] text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private record Entry(String digest, CompletableFuture<List<Published>> published) {}
}
