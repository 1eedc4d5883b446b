package dev.weir.client;

import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.StoredObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;

/**
 * A picture that a model drew, with its bytes.
 *
 * @param index which picture of the request, from 0
 * @param mediaType {@code image/png}
 * @param width pixels
 * @param height pixels
 */
public record Picture(long index, String mediaType, int width, int height, byte[] bytes) {
  /** A worker stores what is too large for a record of Kafka (1 MiB). */
  static final int MOST_BYTES = 64 << 20;

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /**
   * The picture of a part of a stream. One that its worker stored elsewhere is fetched (from a
   * {@code file:}, {@code http:} or {@code https:} URI) and held against its digest.
   *
   * @throws AnswerException {@code unavailable} if it cannot be fetched, {@code corrupted} if it is
   *     not what was stored
   */
  public static Picture of(ImagePart part) {
    byte[] bytes = part.hasStored() ? fetch(part.getStored()) : part.getData().toByteArray();
    return new Picture(
        part.getFirstIndex(), part.getMediaType(), part.getWidth(), part.getHeight(), bytes);
  }

  private static byte[] fetch(StoredObject stored) {
    if (stored.getSize() < 0 || stored.getSize() > MOST_BYTES) {
      throw new AnswerException(
          "unavailable",
          "the picture at %s has %,d bytes, at most %,d are read"
              .formatted(stored.getUri(), stored.getSize(), MOST_BYTES));
    }
    byte[] bytes;
    try (InputStream in = open(stored)) {
      // One more, to see whether it goes on.
      bytes = in.readNBytes(Math.toIntExact(stored.getSize()) + 1);
    } catch (IOException | IllegalArgumentException e) {
      throw new AnswerException(
          "unavailable",
          "the picture at %s cannot be fetched: %s".formatted(stored.getUri(), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AnswerException("interrupted", "interrupted while fetching " + stored.getUri(), e);
    }
    if (bytes.length != stored.getSize()
        || !MessageDigest.isEqual(sha256(bytes), stored.getSha256().toByteArray())) {
      throw new AnswerException(
          "corrupted", "what lies at " + stored.getUri() + " is not the picture that was stored");
    }
    return bytes;
  }

  private static InputStream open(StoredObject stored) throws IOException, InterruptedException {
    URI uri = URI.create(stored.getUri());
    return switch (String.valueOf(uri.getScheme())) {
      case "file" -> Files.newInputStream(Path.of(uri));
      case "http", "https" -> get(uri);
      case "s3" ->
          throw new IOException("read it with a client of the store; the digest is in the part");
      default -> throw new IOException("no file:, http: or https: URI");
    };
  }

  private static InputStream get(URI uri) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).build();
      HttpResponse<byte[]> response =
          client.send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
      if (response.statusCode() != 200) {
        throw new IOException("HTTP status " + response.statusCode());
      }
      return new ByteArrayInputStream(response.body());
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
