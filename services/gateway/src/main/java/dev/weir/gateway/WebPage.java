package dev.weir.gateway;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The page and the two documents of the API, read from the class path at start and held in memory:
 * compressed once, asked for again only when they have changed.
 */
final class WebPage {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
          + " font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("yaml", "application/yaml"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("webp", "image/webp"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("wasm", "application/wasm"));

  private static final Set<String> PACKED =
      Set.of("html", "css", "js", "mjs", "json", "webmanifest", "yaml", "txt", "svg", "ico");
  private static final int LEAST_WORTH_PACKING = 512;

  private final Map<String, Asset> assets;

  private WebPage(Map<String, Asset> assets) {
    this.assets = assets;
  }

  /** Everything under {@code web/}, and {@code openapi.yaml} and {@code asyncapi.yaml}. */
  static WebPage load() {
    Map<String, Asset> assets = new LinkedHashMap<>();
    try {
      for (String document : List.of("openapi.yaml", "asyncapi.yaml")) {
        try (InputStream in = WebPage.class.getResourceAsStream("/weir/contract/" + document)) {
          if (in != null) {
            assets.put("/" + document, Asset.of(document, in.readAllBytes()));
          }
        }
      }
      URL index = WebPage.class.getResource("/web/index.html");
      if (index != null) {
        loadFolder(index.toURI(), assets);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the page cannot be read from the class path", e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the class path has an entry that is no address", e);
    }
    return new WebPage(assets);
  }

  private static void loadFolder(URI index, Map<String, Asset> assets) throws IOException {
    if (index.getScheme().equals("jar")) {
      try (FileSystem jar = FileSystems.newFileSystem(index, Map.of())) {
        loadFolder(jar.getPath("/web"), assets);
      }
    } else {
      loadFolder(Path.of(index).resolveSibling(""), assets);
    }
  }

  private static void loadFolder(Path folder, Map<String, Asset> assets) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String path = "/" + folder.relativize(file).toString().replace('\\', '/');
        Asset asset = Asset.of(path, Files.readAllBytes(file));
        assets.put(path, asset);
        if (path.equals("/index.html")) {
          assets.put("/", asset);
        }
      }
    }
  }

  Set<String> paths() {
    return assets.keySet();
  }

  void serve(RoutingContext ctx) {
    Asset asset = assets.get(ctx.normalizedPath());
    if (asset == null) {
      ctx.next();
      return;
    }
    HttpServerResponse response =
        ctx.response()
            .putHeader(HttpHeaders.CONTENT_TYPE, asset.type)
            .putHeader(HttpHeaders.ETAG, asset.etag)
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
            .putHeader(HttpHeaders.VARY, "accept-encoding")
            .putHeader("content-security-policy", POLICY)
            .putHeader("referrer-policy", "no-referrer")
            .putHeader("cross-origin-opener-policy", "same-origin")
            .putHeader("cross-origin-resource-policy", "same-origin");
    String known = ctx.request().getHeader(HttpHeaders.IF_NONE_MATCH);
    if (known != null && (known.contains(asset.etag) || known.equals("*"))) {
      response.setStatusCode(304).end();
      return;
    }
    String encodings = ctx.request().getHeader(HttpHeaders.ACCEPT_ENCODING);
    Buffer packed = asset.packed;
    if (packed != null && encodings != null && acceptsGzip(encodings)) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip").end(packed);
    } else {
      response.end(asset.plain);
    }
  }

  private static boolean acceptsGzip(String encodings) {
    return Stream.of(encodings.toLowerCase(Locale.ROOT).split(","))
        .map(String::trim)
        .anyMatch(one -> one.startsWith("gzip") && !one.matches("gzip *; *q=0(\\.0*)?"));
  }

  /**
   * One file.
   *
   * @param packed the same in gzip; null where that saves nothing
   * @param etag weak, for it names both forms
   */
  private record Asset(String type, String etag, Buffer plain, @Nullable Buffer packed) {

    static Asset of(String path, byte[] bytes) {
      String extension = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
      boolean pack = PACKED.contains(extension) && bytes.length >= LEAST_WORTH_PACKING;
      return new Asset(
          TYPES.getOrDefault(extension, "application/octet-stream"),
          "W/\"" + IdempotencyKeys.sha256(bytes).substring(0, 32) + "\"",
          Buffer.buffer(bytes),
          pack ? Buffer.buffer(gzip(bytes)) : null);
    }

    private static byte[] gzip(byte[] bytes) {
      ByteArrayOutputStream packed = new ByteArrayOutputStream(bytes.length / 2);
      try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
        gzip.write(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException("writing to memory cannot fail", e);
      }
      return packed.toByteArray();
    }
  }
}
