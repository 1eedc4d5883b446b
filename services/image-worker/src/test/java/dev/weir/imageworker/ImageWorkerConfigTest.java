package dev.weir.imageworker;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ImageWorkerConfigTest {
  private static final String STORE = "weir.image-worker.store";
  private static final Map<String, String> DEFAULTS = Map.of(STORE, "file:///default");

  @AfterEach
  void forget() {
    System.clearProperty(STORE);
  }

  @Test
  void argumentsWinOverPropertiesAndTheseOverDefaults() {
    assertThat(ImageWorkerConfig.load(Map.of(), Map.of()).store()).isEmpty();
    assertThat(ImageWorkerConfig.load(Map.of(), DEFAULTS).store())
        .hasValue(URI.create("file:///default"));
    System.setProperty(STORE, "s3://pictures/drawn");
    assertThat(ImageWorkerConfig.load(Map.of(), DEFAULTS).store())
        .hasValue(URI.create("s3://pictures/drawn"));
    assertThat(ImageWorkerConfig.load(Map.of(STORE, "file:///given"), DEFAULTS).store())
        .hasValue(URI.create("file:///given"));
  }

  @Test
  void aStoreInS3HasAServerARegionAndLinks() {
    ImageWorkerConfig config =
        ImageWorkerConfig.load(
            Map.of(
                "weir.image-worker.store-endpoint",
                "http://minio:9000",
                "weir.image-worker.store-region",
                "eu-central-1",
                "weir.image-worker.store-link-for",
                "PT1H"));
    assertThat(config.storeEndpoint()).hasValue(URI.create("http://minio:9000"));
    assertThat(config.storeRegion()).hasValue("eu-central-1");
    assertThat(config.storeLinkFor()).hasValue(Duration.ofHours(1));
    assertThat(config.options().closeLimit()).isEqualTo(Duration.ofSeconds(3));
  }
}
