package dev.weir.imageworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.client.AnswerException;
import dev.weir.client.Picture;
import dev.weir.imageworker.S3Store.Place;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.StoredObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobApiMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Against a server of the protocol that verifies signatures. */
final class S3StoreTest {
  private static final byte[] BYTES = "picture".getBytes(StandardCharsets.UTF_8);
  private static final Optional<Duration> HOUR = Optional.of(Duration.ofHours(1));

  private static final BlobStoreContext MEMORY =
      ContextBuilder.newBuilder(new TransientNio2BlobApiMetadata())
          .credentials("reader", "secret")
          .build(BlobStoreContext.class);
  private static final S3Proxy SERVER =
      S3Proxy.builder()
          .blobStore(MEMORY.getBlobStore())
          .endpoint(URI.create("http://127.0.0.1:0"))
          .awsAuthentication(AuthenticationType.AWS_V4, "reader", "secret")
          .build();

  @BeforeAll
  static void startServer() throws Exception {
    SERVER.start();
    try (S3Client direct =
        S3Client.builder()
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("reader", "secret")))
            .endpointOverride(address())
            .forcePathStyle(true)
            .build()) {
      direct.createBucket(b -> b.bucket("pictures"));
    }
  }

  @AfterAll
  static void stopServer() throws Exception {
    SERVER.stop();
    MEMORY.close();
  }

  private static URI address() {
    return URI.create("http://127.0.0.1:" + SERVER.getPort());
  }

  @BeforeEach
  void setCredentials() {
    System.setProperty("aws.accessKeyId", "reader");
    System.setProperty("aws.secretAccessKey", "secret");
  }

  @AfterEach
  void forgetCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  private static Place place(String uri, Optional<Duration> linkFor) {
    return Place.of(URI.create(uri), Optional.of(address()), Optional.of("us-east-1"), linkFor);
  }

  private static HttpResponse<byte[]> get(String uri) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofByteArray());
    }
  }

  @Test
  void whoHasTheLinkReadsThePicture() throws Exception {
    try (PictureStore store = S3Store.open(place("s3://pictures/drawn/", HOUR))) {
      store.put("a-0.png", PictureFinisher.PNG, BYTES);
      StoredObject stored = store.put("a-0.png", PictureFinisher.PNG, BYTES); // after a crash
      assertThat(stored.getUri()).contains("/pictures/drawn/a-0.png?").contains("X-Amz-Signature=");
      assertThat(stored.getSize()).isEqualTo(BYTES.length);
      assertThat(stored.getSha256().toByteArray())
          .isEqualTo(MessageDigest.getInstance("SHA-256").digest(BYTES));

      HttpResponse<byte[]> answer = get(stored.getUri());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(BYTES);
      assertThat(answer.headers().firstValue("Content-Type")).hasValue(PictureFinisher.PNG);

      ImagePart part = ImagePart.newBuilder().setStored(stored).build();
      assertThat(Picture.of(part).bytes()).isEqualTo(BYTES);
    }
  }

  @Test
  void withoutALinkAnAddressIsNoPermission() throws Exception {
    try (PictureStore store = S3Store.open(place("s3://pictures", Optional.empty()))) {
      StoredObject stored = store.put("a-0.png", PictureFinisher.PNG, BYTES);
      assertThat(stored.getUri()).isEqualTo(address() + "/pictures/a-0.png");
      assertThat(get(stored.getUri()).statusCode()).isEqualTo(403);
      assertThatThrownBy(() -> Picture.of(ImagePart.newBuilder().setStored(stored).build()))
          .isInstanceOf(AnswerException.class)
          .hasMessageContaining("403");
    }
  }

  @Test
  void aBucketThatIsNotThereIsToldAtTheStart() {
    assertThatThrownBy(() -> S3Store.open(place("s3://nowhere", HOUR)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nowhere, which is not there: create it");
  }

  @Test
  void aServerThatDoesNotAnswerIsToldAtTheStart() {
    Place place =
        Place.of(
            URI.create("s3://pictures"),
            Optional.of(URI.create("http://127.0.0.1:9")),
            Optional.empty(),
            HOUR);
    assertThatThrownBy(() -> S3Store.open(place))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the bucket pictures of weir.image-worker.store cannot be reached");
  }

  @Test
  void whatMayNotBeKeptIsAnErrorOfThePicture() {
    System.setProperty("aws.secretAccessKey", "another");
    try (PictureStore store = S3Store.open(place("s3://pictures", HOUR))) {
      assertThatThrownBy(() -> store.put("a-0.png", PictureFinisher.PNG, BYTES))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a picture of 7 bytes cannot be kept in the bucket pictures");
    }
  }

  @Test
  void settingsThatNameNoBucketOrTooLongALinkAreRefused() {
    assertThatThrownBy(() -> place("s3:///prefix", HOUR))
        .hasMessageContaining("a bucket is s3://BUCKET");
    assertThatThrownBy(() -> place("s3://pictures", Optional.of(Duration.ofDays(8))))
        .hasMessageContaining("weir.image-worker.store-link-for is PT192H");
  }
}
