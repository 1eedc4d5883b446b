package dev.weir.imageworker;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.StoredObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.s3.presigner.model.GetObjectPresignRequest;

/**
 * A bucket of Amazon S3 or of what speaks its protocol. Credentials come from where every S3 client
 * has them: {@code AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY}, a web identity token, a
 * profile, the instance. The server refuses what arrives changed (Content-MD5).
 */
final class S3Store implements PictureStore {
  private static final Logger LOG = LoggerFactory.getLogger(S3Store.class);

  /** A signature lives no longer (SigV4). */
  private static final Duration LONGEST_LINK = Duration.ofDays(7);

  private static final Duration TRY_LIMIT = Duration.ofSeconds(10);
  private static final Duration LIMIT = Duration.ofSeconds(30); // with tries again
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  private final Place place;
  private final S3Client client;
  private final @Nullable S3Presigner signer;
  private final Duration linkFor;

  /**
   * Where pictures go.
   *
   * @param prefix of keys, without a slash at its ends; may be empty
   * @param endpoint of a server other than Amazon's, which has buckets in the path
   * @param region empty: what environment, profile or instance tell, else us-east-1
   * @param linkFor how long the address of a picture opens it for anybody; empty: it does so only
   *     if the bucket allows it
   */
  record Place(
      String bucket,
      String prefix,
      Optional<URI> endpoint,
      Optional<String> region,
      Optional<Duration> linkFor) {

    /**
     * @param uri {@code s3://BUCKET} or {@code s3://BUCKET/PREFIX}
     * @throws IllegalArgumentException if it is none, or links would live too long
     */
    static Place of(
        URI uri, Optional<URI> endpoint, Optional<String> region, Optional<Duration> linkFor) {
      String bucket = uri.getAuthority();
      if (bucket == null || bucket.isEmpty() || uri.getQuery() != null) {
        throw new IllegalArgumentException(
            "weir.image-worker.store is %s; a bucket is s3://BUCKET or s3://BUCKET/PREFIX"
                .formatted(uri));
      }
      linkFor.ifPresent(duration -> {
        if (!duration.isPositive() || duration.compareTo(LONGEST_LINK) > 0) {
          throw new IllegalArgumentException(
              "weir.image-worker.store-link-for is %s; it must be at most %s"
                  .formatted(duration, LONGEST_LINK));
        }
      });
      String prefix = uri.getPath().replaceAll("^/+|/+$", "");
      return new Place(bucket, prefix, endpoint, region, linkFor);
    }

    String key(String name) {
      return prefix.isEmpty() ? name : prefix + "/" + name;
    }
  }

  private S3Store(Place place, S3Client client, @Nullable S3Presigner signer, Duration linkFor) {
    this.place = place;
    this.client = client;
    this.signer = signer;
    this.linkFor = linkFor;
  }

  /**
   * Opens the bucket.
   *
   * @throws IllegalArgumentException if it is not there
   * @throws IllegalStateException if its server does not answer, or there are no credentials
   */
  static S3Store open(Place place) {
    Region region = place.region().map(Region::of).orElseGet(S3Store::foundRegion);
    S3Configuration style =
        S3Configuration.builder().pathStyleAccessEnabled(place.endpoint().isPresent()).build();
    DefaultCredentialsProvider credentials = DefaultCredentialsProvider.builder().build();
    var builder =
        S3Client.builder()
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .region(region)
            .credentialsProvider(credentials)
            .serviceConfiguration(style)
            // Content-MD5 does it, which every server knows.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .overrideConfiguration(o -> o.apiCallAttemptTimeout(TRY_LIMIT).apiCallTimeout(LIMIT));
    place.endpoint().ifPresent(builder::endpointOverride);
    S3Client client = builder.build();
    try {
      requireBucket(client, place);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
    if (place.linkFor().isEmpty()) {
      return new S3Store(place, client, null, Duration.ZERO);
    }
    var signer =
        S3Presigner.builder()
            .region(region)
            .credentialsProvider(credentials)
            .serviceConfiguration(style);
    place.endpoint().ifPresent(signer::endpointOverride);
    return new S3Store(place, client, signer.build(), place.linkFor().get());
  }

  private static Region foundRegion() {
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion();
    } catch (SdkException e) { // nothing tells it
      return Region.US_EAST_1;
    }
  }

  /** Who may only write may be forbidden to look. */
  private static void requireBucket(S3Client client, Place place) {
    try {
      client.headBucket(HeadBucketRequest.builder().bucket(place.bucket()).build());
    } catch (S3Exception e) {
      if (e.statusCode() == FORBIDDEN) {
        LOG.warn(
            "the bucket {} of weir.image-worker.store may not be looked at (HTTP 403): whether"
                + " pictures can be kept there shows with the first",
            place.bucket());
      } else if (e.statusCode() == NOT_FOUND) {
        throw new IllegalArgumentException(
            "weir.image-worker.store names the bucket %s, which is not there: create it"
                .formatted(place.bucket()),
            e);
      } else {
        throw unavailable(place, e);
      }
    } catch (SdkException e) {
      throw unavailable(place, e);
    }
  }

  private static IllegalStateException unavailable(Place place, SdkException cause) {
    return new IllegalStateException(
        "the bucket %s of weir.image-worker.store cannot be reached: %s"
            .formatted(place.bucket(), cause.getMessage()),
        cause);
  }

  @Override
  public StoredObject put(String name, String mediaType, byte[] bytes) throws IOException {
    byte[] digest = Digests.sha256(bytes);
    String key = place.key(name);
    try {
      client.putObject(
          PutObjectRequest.builder()
              .bucket(place.bucket())
              .key(key)
              .contentType(mediaType)
              .contentMD5(Base64.getEncoder().encodeToString(Digests.md5(bytes)))
              .build(),
          RequestBody.fromBytes(bytes));
      return StoredObject.newBuilder()
          .setUri(uri(key))
          .setSha256(ByteString.copyFrom(digest))
          .setSize(bytes.length)
          .build();
    } catch (SdkException e) {
      throw new IOException(
          "a picture of %,d bytes cannot be kept in the bucket %s: %s"
              .formatted(bytes.length, place.bucket(), e.getMessage()),
          e);
    }
  }

  private String uri(String key) {
    if (signer == null) {
      return client.utilities().getUrl(b -> b.bucket(place.bucket()).key(key)).toExternalForm();
    }
    return signer
        .presignGetObject(
            GetObjectPresignRequest.builder()
                .signatureDuration(linkFor)
                .getObjectRequest(
                    GetObjectRequest.builder().bucket(place.bucket()).key(key).build())
                .build())
        .url()
        .toExternalForm();
  }

  @Override
  public void close() {
    client.close();
    if (signer != null) {
      signer.close();
    }
  }
}
