package dev.weir.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.StoredObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures that lie in their record, or elsewhere. */
final class PictureTest {
  private static final byte[] BYTES = "a picture".getBytes(UTF_8);

  private static ImagePart stored(String uri, byte[] bytes) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
    return ImagePart.newBuilder()
        .setFirstIndex(3)
        .setMediaType("image/png")
        .setWidth(256)
        .setHeight(128)
        .setStored(
            StoredObject.newBuilder()
                .setUri(uri)
                .setSha256(ByteString.copyFrom(digest))
                .setSize(bytes.length))
        .build();
  }

  private static void assertThatItFails(ImagePart part, String code, String words) {
    assertThatThrownBy(() -> Picture.of(part))
        .isInstanceOfSatisfying(AnswerException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(part.getStored().getUri())
        .hasMessageContaining(words);
  }

  @Test
  void aFileIsReadAndHeldAgainstItsDigest(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("3.png"), BYTES);
    String uri = file.toUri().toString();
    Picture picture = Picture.of(stored(uri, BYTES));
    assertThat(picture.bytes()).isEqualTo(BYTES);
    assertThat(picture.index()).isEqualTo(3);
    assertThat(picture.width()).isEqualTo(256);
    assertThat(picture.height()).isEqualTo(128);
    assertThat(picture.mediaType()).isEqualTo("image/png");

    assertThatItFails(stored(uri, "a Picture".getBytes(UTF_8)), "corrupted", "is not the picture");
    assertThatItFails(stored(uri, "a pictur".getBytes(UTF_8)), "corrupted", "is not the picture");
    assertThatItFails(stored(uri, "a picture!".getBytes(UTF_8)), "corrupted", "is not the picture");
    Files.delete(file);
    assertThatItFails(stored(uri, BYTES), "unavailable", "cannot be fetched");
  }

  @Test
  void aPictureIsFetchedOverHttp() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/3.png",
        call -> {
          call.sendResponseHeaders(200, BYTES.length);
          call.getResponseBody().write(BYTES);
          call.close();
        });
    server.start();
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort();
      assertThat(Picture.of(stored(address + "/3.png", BYTES)).bytes()).isEqualTo(BYTES);
      assertThatItFails(
          stored(address + "/3.png", "a Picture".getBytes(UTF_8)), "corrupted", "is not");
      assertThatItFails(stored(address + "/4.png", BYTES), "unavailable", "HTTP status 404");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whatCannotBeFetchedHereSaysSo() throws Exception {
    assertThatItFails(stored("s3://pictures/3.png", BYTES), "unavailable", "client of the store");
    assertThatItFails(stored("gopher://x/3.png", BYTES), "unavailable", "http:");
    assertThatItFails(stored("no uri at all", BYTES), "unavailable", "cannot be fetched");
    ImagePart endless =
        ImagePart.newBuilder()
            .setStored(StoredObject.newBuilder().setUri("file:///dev/zero").setSize(1L << 40))
            .build();
    assertThatItFails(endless, "unavailable", "at most");
  }
}
