package dev.weir.imageworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.weir.image.Pictures;
import dev.weir.image.RgbPicture;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImageOptions;
import dev.weir.proto.v1.Sampling;
import dev.weir.stream.EmbeddedBroker;
import dev.weir.stream.KafkaRequestPublisher;
import dev.weir.stream.KafkaStreamReader;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.RequestPublisher.Published;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamConfig;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import dev.weir.stream.StreamReader.StreamListener;
import dev.weir.worker.WorkerService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker on a real broker, with the networks that are built in. */
@Timeout(180)
final class ImageWorkerIT {
  private static @TempDir @Nullable Path data;
  private static @Nullable EmbeddedBroker broker;
  private static @Nullable WorkerService<ImageWorker> service;

  @BeforeAll
  static void start() {
    if (data != null) {
      broker = EmbeddedBroker.start(data);
      ImageWorkerConfig config =
          ImageWorkerConfig.load(
              Map.of("weir.image-worker.port", "0", "weir.image-worker.close-limit", "PT0.2S"));
      service =
          WorkerService.start(
              config.listen(), streams(), metrics -> ImageWorker.start(config, streams(), metrics));
    }
  }

  @AfterAll
  static void close() {
    if (service != null) {
      service.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  private static WorkerService<ImageWorker> service() {
    if (service == null) {
      throw new IllegalStateException("not started");
    }
    return service;
  }

  private static StreamConfig streams() {
    return StreamConfig.of(broker == null ? "" : broker.bootstrap());
  }

  private static List<Chunk> ask(String model, String prompt, long seed, ImageOptions image)
      throws Exception {
    GenerationRequest request =
        GenerationRequest.newBuilder()
            .setModel(model)
            .setPrompt(prompt)
            .setImage(image)
            .setSampling(Sampling.newBuilder().setSeed(seed))
            .build();
    try (KafkaRequestPublisher publisher =
            new KafkaRequestPublisher(streams(), Set::of, "/weir/test", null);
        KafkaStreamReader reader = new KafkaStreamReader(streams(), null)) {
      Published published =
          publisher
              .publish(request, RequestHeaders.NONE)
              .toCompletableFuture()
              .get(20, TimeUnit.SECONDS);
      List<Chunk> chunks = new ArrayList<>();
      CompletableFuture<List<Chunk>> all = new CompletableFuture<>();
      reader.follow(
          published.requestId(),
          new Start.From(published.from()),
          new StreamListener() {
            @Override
            public void onChunk(StreamChunk chunk) {
              chunks.add(chunk.chunk());
              if (chunk.chunk().hasFinished()) {
                all.complete(chunks);
              }
            }

            @Override
            public void onFailed(StreamFailure failure) {
              all.completeExceptionally(new AssertionError(failure.message()));
            }
          });
      return all.get(60, TimeUnit.SECONDS);
    }
  }

  private static List<ByteString> pictures(List<Chunk> chunks) {
    return chunks.stream().filter(Chunk::hasImage).map(c -> c.getImage().getData()).toList();
  }

  private static RgbPicture only(List<Chunk> chunks) {
    return Pictures.read(pictures(chunks).getFirst().toByteArray());
  }

  @Test
  void everyFamilyThatIsBuiltInDrawsAndTheSeedDecidesWhat() throws Exception {
    assertThat(service().worker().models()).isNotEmpty();
    for (String model : service().worker().models()) {
      ImageOptions four = ImageOptions.newBuilder().setN(4).setScale(2).build();
      List<Chunk> chunks = ask(model, "a person with red hair and glasses", 7, four);
      assertThat(chunks.getFirst().hasStarted()).isTrue();
      Finished finished = chunks.getLast().getFinished();
      assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
      assertThat(finished.getTotal()).isEqualTo(4);
      List<ByteString> drawn = pictures(chunks);
      assertThat(drawn).hasSize(4).doesNotHaveDuplicates();
      assertThat(Pictures.read(drawn.getFirst().toByteArray()).width()).isEqualTo(32);
      // alone or together, now or later
      assertThat(pictures(ask(model, "a person with red hair and glasses", 7, four)))
          .isEqualTo(drawn);
      ImageOptions one = ImageOptions.newBuilder().setScale(2).build();
      for (int i = 0; i < 4; i++) {
        assertThat(pictures(ask(model, "a person with red hair and glasses", 7 + i, one)))
            .containsExactly(drawn.get(i));
      }
    }
  }

  @Test
  void thePictureIsSimilarToItsSourceAndTheWayHasBothEnds() throws Exception {
    RgbPicture first = only(ask("vae", "red hair", 1, ImageOptions.getDefaultInstance()));
    RgbPicture second = only(ask("vae", "black hair", 2, ImageOptions.getDefaultInstance()));
    ByteString firstPng = ByteString.copyFrom(Pictures.png(first.enlarged(4)));
    ByteString secondPng = ByteString.copyFrom(Pictures.png(second));
    RgbPicture same =
        only(
            ask(
                "vae",
                "",
                3,
                ImageOptions.newBuilder().addSources(firstPng).setStrength(0).build()));
    RgbPicture other =
        only(
            ask(
                "vae",
                "",
                3,
                ImageOptions.newBuilder().addSources(firstPng).setStrength(1).build()));
    assertThat(equalPixels(first, same)).isGreaterThan(200);
    assertThat(equalPixels(first, other)).isLessThan(equalPixels(first, same));
    List<RgbPicture> way =
        pictures(
                ask(
                    "vae",
                    "",
                    3,
                    ImageOptions.newBuilder()
                        .setN(5)
                        .addSources(firstPng)
                        .addSources(secondPng)
                        .build()))
            .stream()
            .map(png -> Pictures.read(png.toByteArray()))
            .toList();
    assertThat(way).hasSize(5);
    assertThat(equalPixels(way.getFirst(), first)).isGreaterThan(equalPixels(way.getLast(), first));
    assertThat(equalPixels(way.getLast(), second))
        .isGreaterThan(equalPixels(way.getFirst(), second));
  }

  private static long equalPixels(RgbPicture a, RgbPicture b) {
    int[] left = a.colours();
    int[] right = b.colours();
    return IntStream.range(0, left.length).filter(i -> left[i] == right[i]).count();
  }

  @Test
  void healthAndMetricsTellWhatItDoes() throws Exception {
    ask("vae", "", 1, ImageOptions.getDefaultInstance());
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(get(http, "/health/ready")).contains("up");
      assertThat(get(http, "/metrics"))
          .contains("weir_image_slots{model_name=\"vae\"} 16.0")
          .containsPattern(
              "weir_image_pictures_total\\{model_name=\"vae\",outcome=\"picture\"\\} [1-9]")
          .contains("weir_image_drawing_time_seconds_count{model_name=\"vae\"}")
          .contains("weir_image_finisher_waiting")
          .contains("weir_image_previews_omitted");
    }
  }

  private static String get(HttpClient http, String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(service().address() + path)).build(),
            BodyHandlers.ofString())
        .body();
  }

  @Test
  void aFamilyThatThereIsNotIsNamedWithThoseThatThereAre() {
    ImageWorkerConfig config = ImageWorkerConfig.load(Map.of("weir.image-worker.families", "oil"));
    assertThatThrownBy(() ->
            ImageWorker.start(
                config, streams(), new io.micrometer.core.instrument.simple.SimpleMeterRegistry()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no family of models that draw is named 'oil'; there are pixel, vae");
  }
}
