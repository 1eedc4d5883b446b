package dev.weir.gateway;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may call: by API key, by the page's origin, and by the name that the gateway is called by.
 *
 * <p>Without keys, the gateway listens on a loopback address only. What then remains is a page of
 * another site in the browser of the same person. It is kept out by its origin; and if it has its
 * own name point to 127.0.0.1 (DNS rebinding), by that name.
 */
final class Access {
  private static final String BEARER = "bearer ";

  private final List<byte[]> keys;
  private final Set<String> origins;
  private final boolean localOnly;

  private Access(List<byte[]> keys, Set<String> origins, boolean localOnly) {
    this.keys = keys;
    this.origins = origins;
    this.localOnly = localOnly;
  }

  /**
   * @throws IllegalArgumentException if other machines could call without a key
   */
  static Access of(GatewayConfig config) {
    List<String> keys = config.apiKeys().orElse(List.of());
    if (keys.stream().anyMatch(key -> key.isBlank() || !key.equals(key.trim()))) {
      throw new IllegalArgumentException(
          "weir.gateway.api-keys: a key is empty or has blanks around it");
    }
    if (keys.isEmpty() && !isLoopback(config.host())) {
      throw new IllegalArgumentException(
          "weir.gateway.host is "
              + config.host()
              + ", which other machines can reach, and there is no API key. Set"
              + " weir.gateway.api-keys (WEIR_GATEWAY_API_KEYS), or listen on 127.0.0.1.");
    }
    List<byte[]> digests = keys.stream().map(Access::digest).toList();
    Set<String> origins =
        Set.copyOf(config.allowedOrigins().orElse(List.of()).stream().map(Access::lower).toList());
    return new Access(digests, origins, keys.isEmpty());
  }

  /** The key in the header {@code Authorization}; null if there is none. */
  static @Nullable String key(HttpServerRequest request) {
    String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    return header != null && lower(header).startsWith(BEARER)
        ? header.substring(BEARER.length()).trim()
        : null;
  }

  /**
   * @return the caller's key as a digest, empty if none is needed
   * @throws ApiException 401
   */
  String requireKey(@Nullable String key) {
    if (keys.isEmpty()) {
      return "";
    }
    if (key == null) {
      throw ApiException.refused(
          401, "missing_api_key", "Send an API key: Authorization: Bearer KEY.");
    }
    byte[] digest = digest(key);
    boolean known = false;
    for (byte[] one : keys) { // all of them, so that the time tells nothing
      known |= MessageDigest.isEqual(one, digest);
    }
    if (!known) {
      throw ApiException.refused(401, "invalid_api_key", "The API key is not known.");
    }
    return new String(digest, StandardCharsets.US_ASCII);
  }

  /**
   * @throws ApiException 403 for a page of another site, 421 for a name that is not ours
   */
  void requireOrigin(HttpServerRequest request) {
    String host = request.getHeader(HttpHeaders.HOST);
    if (host == null && request.authority() != null) {
      host = request.authority().toString();
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (localOnly && (host == null || !isLocalName(host)) && !isAllowedHost(host)) {
      throw ApiException.refused(
          421,
          "misdirected_request",
          "Without API keys this gateway answers to localhost only, not to "
              + Text.shortened(String.valueOf(host))
              + ".");
    }
    if (origin != null && !isAllowed(origin) && !isSameHost(origin, host)) {
      throw ApiException.refused(
          403,
          "origin_not_allowed",
          "Pages of "
              + Text.shortened(origin)
              + " may not call this gateway; weir.gateway.allowed-origins names those that may.");
    }
  }

  /** Whether pages of that origin, of another site, may read answers. */
  boolean isAllowed(String origin) {
    return origins.contains(lower(origin));
  }

  private boolean isAllowedHost(@Nullable String host) {
    return host != null && origins.stream().anyMatch(origin -> isSameHost(origin, host));
  }

  private static boolean isSameHost(String origin, @Nullable String host) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority != null && host != null && lower(authority).equals(lower(host));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** A name that cannot be made to point elsewhere, or an address of this machine. */
  private static boolean isLocalName(String host) {
    String name = lower(host).replaceFirst(":[0-9]{1,5}$", "");
    if (name.equals("localhost") || name.endsWith(".localhost")) {
      return true;
    }
    boolean literal = name.startsWith("[") || name.matches("[0-9.]+");
    return literal && isLoopback(name.replaceAll("[\\[\\]]", ""));
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static byte[] digest(String key) {
    return IdempotencyKeys.sha256(key.getBytes(StandardCharsets.UTF_8))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
