package dev.weir.imageworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.weir.client.Answer;
import dev.weir.client.AnswerEvent;
import dev.weir.client.Picture;
import dev.weir.client.WeirClient;
import dev.weir.image.Pictures;
import dev.weir.image.RgbPicture;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImageOptions;
import dev.weir.proto.v1.Sampling;
import dev.weir.stream.EmbeddedBroker;
import dev.weir.stream.StreamConfig;
import dev.weir.text.safetensors.SafetensorsWriter;
import dev.weir.text.safetensors.SafetensorsWriter.FloatTensor;
import dev.weir.text.safetensors.SafetensorsWriter.Precision;
import dev.weir.torch.train.TrainableModule;
import dev.weir.train.TrainedWeights;
import dev.weir.train.TrainingOptions.Length;
import dev.weir.train.portrait.PortraitFamily;
import dev.weir.worker.WorkerService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker on a real broker, with networks that are built in and one that was left in a folder. */
@Timeout(180)
final class ImageWorkerIT {
  private static @TempDir @Nullable Path data;
  private static @Nullable EmbeddedBroker broker;
  private static @Nullable WorkerService<ImageWorker> service;

  @BeforeAll
  static void start() throws IOException {
    if (data != null) {
      broker = EmbeddedBroker.start(data);
      ImageWorkerConfig config =
          ImageWorkerConfig.load(
              Map.of(
                  "weir.image-worker.port",
                  "0",
                  "weir.image-worker.close-limit",
                  "PT0.2S",
                  "weir.image-worker.families",
                  "pixel,vae,diffusion=" + untrained(data.resolve("diffusion"))));
      service =
          WorkerService.start(
              config.listen(), streams(), metrics -> ImageWorker.start(config, streams(), metrics));
    }
  }

  /** A diffusion model that has learned nothing, as a run of no steps would leave it. */
  private static Path untrained(Path folder) throws IOException {
    PortraitFamily family = PortraitFamily.DIFFUSION;
    List<FloatTensor> tensors = new ArrayList<>();
    try (TrainableModule module =
        TrainableModule.open(
            family.objective(1).program(),
            family.options(new Length.Steps(1), 1, false).optimizer(),
            false,
            1)) {
      module
          .state()
          .averaged()
          .forEach((name, weight) ->
              tensors.add(new FloatTensor(name, weight.shape(), weight.values())));
    }
    Files.createDirectories(folder);
    SafetensorsWriter.write(folder.resolve(TrainedWeights.FILE), Map.of(), tensors, Precision.F16);
    return folder;
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

  /** What came of a request. */
  private record Drawn(List<AnswerEvent> events) {
    List<Picture> pictures() {
      return events.stream()
          .filter(AnswerEvent.Image.class::isInstance)
          .map(event -> ((AnswerEvent.Image) event).picture())
          .toList();
    }

    List<ByteString> bytes() {
      return pictures().stream().map(picture -> ByteString.copyFrom(picture.bytes())).toList();
    }

    RgbPicture only() {
      return Pictures.read(pictures().getFirst().bytes());
    }
  }

  private static Drawn ask(String model, String prompt, long seed, ImageOptions image) {
    List<AnswerEvent> events = new ArrayList<>();
    try (WeirClient client = WeirClient.connect(streams());
        Answer answer =
            client.ask(
                WeirClient.draw(model, prompt)
                    .setImage(image)
                    .setSampling(Sampling.newBuilder().setSeed(seed)))) {
      answer.forEach(events::add);
    }
    return new Drawn(events);
  }

  @Test
  void everyFamilyDrawsAndTheSeedDecidesWhat() {
    assertThat(service().worker().models()).containsExactly("pixel", "vae", "diffusion");
    for (String model : service().worker().models()) {
      ImageOptions four = ImageOptions.newBuilder().setN(4).setScale(2).build();
      Drawn all = ask(model, "a person with red hair and glasses", 7, four);
      assertThat(all.events().getFirst()).isInstanceOf(AnswerEvent.Began.class);
      Finished finished = ((AnswerEvent.End) all.events().getLast()).finished();
      assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
      assertThat(finished.getTotal()).isEqualTo(4);
      List<ByteString> drawn = all.bytes();
      assertThat(drawn).hasSize(4).doesNotHaveDuplicates();
      assertThat(Pictures.read(drawn.getFirst().toByteArray()).width()).isEqualTo(32);
      // alone or together, now or later
      assertThat(ask(model, "a person with red hair and glasses", 7, four).bytes())
          .isEqualTo(drawn);
      ImageOptions one = ImageOptions.newBuilder().setScale(2).build();
      for (int i = 0; i < 4; i++) {
        assertThat(ask(model, "a person with red hair and glasses", 7 + i, one).bytes())
            .containsExactly(drawn.get(i));
      }
    }
  }

  @Test
  void thePictureIsSimilarToItsSourceAndTheWayHasBothEnds() {
    RgbPicture first = ask("vae", "red hair", 1, ImageOptions.getDefaultInstance()).only();
    RgbPicture second = ask("vae", "black hair", 2, ImageOptions.getDefaultInstance()).only();
    ImageOptions.Builder like =
        ImageOptions.newBuilder().addSources(ByteString.copyFrom(Pictures.png(first.enlarged(4))));
    RgbPicture same = ask("vae", "", 3, like.setStrength(0).build()).only();
    RgbPicture other = ask("vae", "", 3, like.setStrength(1).build()).only();
    assertThat(equalPixels(first, same)).isGreaterThan(200);
    assertThat(equalPixels(first, other)).isLessThan(equalPixels(first, same));
    ImageOptions between =
        like.clearStrength().setN(5).addSources(ByteString.copyFrom(Pictures.png(second))).build();
    List<RgbPicture> way =
        ask("vae", "", 3, between).pictures().stream()
            .map(picture -> Pictures.read(picture.bytes()))
            .toList();
    assertThat(way).hasSize(5);
    assertThat(equalPixels(way.getFirst(), first)).isGreaterThan(equalPixels(way.getLast(), first));
    assertThat(equalPixels(way.getLast(), second))
        .isGreaterThan(equalPixels(way.getFirst(), second));
  }

  @Test
  void diffusionVariesOnePictureAndIsNotAskedForTheWayBetweenTwo() {
    ByteString source =
        ByteString.copyFrom(
            Pictures.png(ask("vae", "", 1, ImageOptions.getDefaultInstance()).only()));
    ImageOptions.Builder near = ImageOptions.newBuilder().addSources(source).setStrength(0.25);
    RgbPicture varied = ask("diffusion", "", 3, near.build()).only();
    assertThat(equalPixels(varied, Pictures.read(source.toByteArray()))).isBetween(192L, 200L);
    Drawn two = ask("diffusion", "", 3, near.clearStrength().setN(4).addSources(source).build());
    AnswerEvent.End end = (AnswerEvent.End) two.events().getLast();
    assertThat(end.finished().getReason()).isEqualTo(FinishReason.FINISH_REASON_ERROR);
    assertThat(end.finished().getError().getMessage())
        .isEqualTo(
            "image.sources: this model varies one picture; ask vae for what lies between two, or"
                + " leave one out");
  }

  private static long equalPixels(RgbPicture a, RgbPicture b) {
    int[] left = a.colours();
    int[] right = b.colours();
    return IntStream.range(0, left.length).filter(i -> left[i] == right[i]).count();
  }

  @Test
  void healthAndMetricsTellWhatItDoes() throws Exception {
    for (String model : service().worker().models()) {
      ask(model, "", 1, ImageOptions.getDefaultInstance());
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(get(http, "/health/ready")).contains("up");
      assertThat(get(http, "/metrics"))
          .contains("weir_image_slots{model_name=\"vae\"} 16.0")
          .containsPattern(
              "weir_image_pictures_total\\{model_name=\"vae\",outcome=\"picture\"\\} [1-9]")
          .contains("weir_image_drawing_time_seconds_count{model_name=\"vae\"}")
          .contains("weir_image_drawing_time_seconds_bucket{model_name=\"vae\",le=\"1.0\"}")
          .containsPattern("weir_image_step_pictures_count\\{model_name=\"vae\"\\} [1-9]")
          .containsPattern("weir_image_step_time_seconds_count\\{model_name=\"pixel\"\\} [1-9]")
          .containsPattern("weir_image_step_time_seconds_count\\{model_name=\"diffusion\"\\} [1-9]")
          .contains("weir_image_waiting{model_name=\"pixel\"} 0.0")
          .contains("weir_image_faults_total{model_name=\"vae\"} 0.0")
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
        .hasMessage(
            "no family of models that draw is named 'oil'; there are pixel, vae, diffusion");
  }
}
