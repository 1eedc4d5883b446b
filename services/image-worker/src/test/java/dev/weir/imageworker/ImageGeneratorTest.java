package dev.weir.imageworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.weir.engine.ComputeLease;
import dev.weir.engine.EngineClock;
import dev.weir.image.Palette;
import dev.weir.image.Pictures;
import dev.weir.image.RgbPicture;
import dev.weir.image.draw.StepEngine;
import dev.weir.image.draw.StepMetrics;
import dev.weir.image.portrait.CaptionReader;
import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitSampler;
import dev.weir.image.portrait.PortraitWords;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImageOptions;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Message;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Sampling;
import dev.weir.stream.Generator;
import dev.weir.stream.OverloadedException;
import dev.weir.stream.RequestHeaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(90)
final class ImageGeneratorTest {
  private static final int MANY = 1_000_000;
  private static final int SIDE = PortraitDesign.SIDE;
  private static final PortraitDesign DESIGN = PortraitDesign.builtIn();
  private static final Palette PALETTE = DESIGN.palette();

  private TestingStripes network = new TestingStripes(MANY);
  private StepEngine engine = start();
  private PictureFinisher finisher = new PictureFinisher(PALETTE, SIDE, MANY, null);

  private StepEngine start() {
    return new StepEngine(
        "testing", network, 20, EngineClock.SYSTEM, StepMetrics.NONE, new ComputeLease());
  }

  private void allowing(int steps) {
    engine.close();
    network = new TestingStripes(steps);
    engine = start();
  }

  private void keeping(int inlineLimit, @Nullable PictureStore store) {
    finisher.close();
    finisher = new PictureFinisher(PALETTE, SIDE, inlineLimit, store);
  }

  @AfterEach
  void close() {
    network.allow(MANY);
    engine.close();
    finisher.close();
  }

  private ImageGenerator generator() {
    return new ImageGenerator(engine, finisher, 1, Duration.ofMinutes(1), InstantSource.system());
  }

  private Generator.Job begin(TestingSink sink, Consumer<GenerationRequest.Builder> change) {
    GenerationRequest.Builder request =
        GenerationRequest.newBuilder()
            .setId("r1")
            .setModel("stripes")
            .setSampling(Sampling.newBuilder().setSeed(1));
    change.accept(request);
    return generator().begin(request.build(), RequestHeaders.NONE, sink);
  }

  private TestingSink draw(Consumer<GenerationRequest.Builder> change) {
    TestingSink sink = new TestingSink();
    begin(sink, change).proceed(List.of(), 0);
    return sink;
  }

  private static ImageOptions.Builder image(int n) {
    return ImageOptions.newBuilder().setN(n);
  }

  private static int colour(ImagePart part) {
    RgbPicture picture = Pictures.read(part.getData().toByteArray());
    assertThat(picture.width()).isEqualTo(part.getWidth());
    assertThat(picture.height()).isEqualTo(part.getHeight());
    assertThat(Arrays.stream(picture.colours()).distinct().count()).isEqualTo(1);
    return picture.colour(0, 0);
  }

  private static ByteString png(int place, int scale) {
    byte[] places = new byte[SIDE * SIDE];
    Arrays.fill(places, (byte) place);
    return ByteString.copyFrom(Pictures.png(RgbPicture.of(PALETTE, SIDE, places).enlarged(scale)));
  }

  @Test
  void picturesComeInTheirOrderEachFromItsOwnSeed() throws Exception {
    TestingSink sink = draw(r -> r.setImage(image(3).setScale(2)));
    Finished finished = sink.await();
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(finished.getTotal()).isEqualTo(3);
    assertThat(finished.getUsage().getCompletionTokens()).isEqualTo(3 * SIDE);
    assertThat(finished.getWarningsList()).isEmpty();
    assertThat(sink.previews).isEmpty();
    assertThat(sink.parts).hasSize(3);
    int unsaid = DESIGN.attributes().get(DESIGN.attribute("hat")).values().size();
    for (int i = 0; i < 3; i++) {
      ImagePart part = sink.parts.get(i);
      assertThat(part.getFirstIndex()).isEqualTo(i);
      assertThat(part.getLast()).isEqualTo(i == 2);
      assertThat(part.getMediaType()).isEqualTo("image/png");
      assertThat(part.getWidth()).isEqualTo(2 * SIDE);
      assertThat(colour(part)).isEqualTo(PALETTE.colour((1 + i) * 16 + unsaid));
    }
  }

  @Test
  void aPartThatIsAskedForIsAnotherInEachPictureAsItsSeedChooses() throws Exception {
    TestingSink sink = draw(r -> r.setPrompt("a person with a hat").setImage(image(6)));
    sink.await();
    CaptionReading reading = new CaptionReader(PortraitWords.builtIn()).read("a person with a hat");
    PortraitSampler sampler = new PortraitSampler(DESIGN);
    Set<Integer> hats = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      int hat = sampler.told(reading, 1 + i)[DESIGN.attribute("hat")];
      assertThat(colour(sink.parts.get(i))).isEqualTo(PALETTE.colour((1 + i) * 16 + hat));
      hats.add(hat);
    }
    assertThat(hats).hasSizeGreaterThan(2);
  }

  @Test
  void whatIsDrawnButNotHandedOverWhenItIsAbandonedStaysHere() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    finisher.then(() -> {
      try {
        busy.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    TestingSink sink = new TestingSink();
    Generator.Job job = begin(sink, r -> r.setImage(image(2).setPreviews(4)));
    job.proceed(List.of(), 0);
    while (finisher.waiting() < 6 + 2 + 1) { // previews, pictures, the end
      Thread.onSpinWait();
    }
    job.abandon();
    busy.countDown();
    CountDownLatch done = new CountDownLatch(1);
    finisher.then(done::countDown);
    done.await();
    assertThat(sink.previews).isEmpty();
    assertThat(sink.parts).isEmpty();
    assertThat(sink.ended()).isFalse();
  }

  @Test
  void nothingComesBeforeItMayProceedAndNothingAfterItWasAbandoned() throws Exception {
    TestingSink sink = new TestingSink();
    Generator.Job job = begin(sink, r -> r.setImage(image(2).setPreviews(4)));
    sink.admitted.get();
    draw(r -> r.setImage(image(1))).await();
    assertThat(sink.previews).isEmpty();
    assertThat(sink.parts).isEmpty();
    job.abandon();
    job.proceed(List.of(), 0);
    draw(r -> r.setImage(image(1))).await();
    assertThat(sink.parts).isEmpty();
    assertThat(sink.ended()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4})
  void picturesThatAnEarlierAttemptHandedOverAreNotDrawnAgain(int before) throws Exception {
    TestingSink sink = new TestingSink();
    begin(sink, r -> r.setImage(image(4))).proceed(List.of(), before);
    Finished finished = sink.await();
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(finished.getTotal()).isEqualTo(4);
    assertThat(finished.getUsage().getCompletionTokens()).isEqualTo((4 - before) * SIDE);
    assertThat(sink.parts.stream().map(ImagePart::getFirstIndex))
        .containsExactlyElementsOf(LongStream.range(before, 4).boxed().toList());
    assertThat(sink.parts.stream().map(ImageGeneratorTest::colour))
        .containsExactlyElementsOf(
            draw(r -> r.setImage(image(4))).awaitAll().stream()
                .skip(before)
                .map(ImageGeneratorTest::colour)
                .toList());
    draw(r -> r.setImage(image(4))).await(); // all places are free again
  }

  @Test
  void previewsSayWhichPictureAndStepAndAreTransparentWhereNothingIsYet() throws Exception {
    TestingSink sink = draw(r -> r.setImage(image(2).setPreviews(4).setScale(8)));
    sink.await();
    assertThat(sink.previews).hasSize(6); // the fourth of each is the picture
    for (Preview preview : sink.previews) {
      assertThat(preview.getSteps()).isEqualTo(SIDE);
      assertThat(preview.getStep()).isIn(4, 8, 12);
      assertThat(preview.getPicture()).isBetween(0, 1);
      RgbPicture picture = Pictures.read(preview.getData().toByteArray()); // over white
      assertThat(picture.width()).isEqualTo(SIDE);
      assertThat(picture.colour(0, preview.getStep() - 1)).isEqualTo(0x00ff00);
      assertThat(picture.colour(0, preview.getStep())).isEqualTo(0xffffff);
    }
  }

  @Test
  void whatIsCancelledKeepsThePicturesThatAreThere() throws Exception {
    allowing(0);
    TestingSink sink = new TestingSink();
    Generator.Job job = begin(sink, r -> r.setImage(image(6))); // four at a time
    job.proceed(List.of(), 0);
    network.allow(SIDE + 1); // in the first step there may be one alone
    sink.awaitParts(4);
    job.cancel();
    network.allow(1);
    Finished finished = sink.await();
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    assertThat(finished.getTotal()).isEqualTo(4);
    assertThat(sink.parts).hasSize(4).noneMatch(ImagePart::getLast);
  }

  @Test
  void wordsThatMeanNothingAndContradictionsAreNamed() throws Exception {
    Finished finished =
        draw(r -> r.setPrompt("a person with a sword, red hair and blond hair")).await();
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(finished.getWarningsList())
        .anySatisfy(warning -> {
          assertThat(warning.getCode()).isEqualTo("unread_words");
          assertThat(warning.getField()).isEqualTo("prompt");
          assertThat(warning.getWordsList()).contains("sword");
        })
        .anySatisfy(warning -> {
          assertThat(warning.getCode()).isEqualTo("conflict");
          assertThat(warning.getMessage()).contains("hair color").contains("counts");
        });
  }

  @Test
  void variationsAndTheWayBetweenTwoPicturesBeginAtThose() throws Exception {
    TestingSink varied = draw(r -> r.setImage(image(1).addSources(png(30, 3)).setStrength(0.2)));
    varied.await();
    assertThat(colour(varied.parts.getFirst())).isEqualTo(PALETTE.colour(32));
    TestingSink way =
        draw(r -> r.setImage(image(3).addSources(png(10, 1)).addSources(png(20, 16))));
    way.await();
    assertThat(way.parts.stream().map(ImageGeneratorTest::colour))
        .containsExactly(PALETTE.colour(10), PALETTE.colour(15), PALETTE.colour(20));
  }

  @Test
  void aSourceThatIsNoPictureOfThisSizeIsNamed() {
    assertThatThrownBy(
            () -> draw(r -> r.setImage(image(1).addSources(ByteString.copyFromUtf8("no PNG")))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("image.sources[0]: ");
    ByteString wide = ByteString.copyFrom(Pictures.png(new RgbPicture(17, 16, new int[17 * 16])));
    assertThatThrownBy(() -> draw(r -> r.setImage(image(2).addSources(png(1, 1)).addSources(wide))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(
            "image.sources[1]: is 17 x 16 pixels; must be 16 x 16, or a whole number of times as"
                + " large");
    assertThat(engine.running()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"top_k", "max_tokens", "logprobs", "stop"})
  void whatIsOfTextsIsRefusedByName(String field) {
    Sampling.Builder sampling = Sampling.newBuilder();
    switch (field) {
      case "top_k" -> sampling.setTopK(5);
      case "max_tokens" -> sampling.setMaxTokens(5);
      case "logprobs" -> sampling.setLogprobs(true);
      default -> sampling.addStop("x");
    }
    assertThatThrownBy(() -> draw(r -> r.setPrompt("red hair").setSampling(sampling)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith(field + ": is of texts");
  }

  @Test
  void messagesAndLongPromptsAreRefused() {
    assertThatThrownBy(() -> draw(r -> r.addMessages(Message.newBuilder().setRole("user"))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("messages: this model draws");
    assertThatThrownBy(() -> draw(r -> r.setPrompt("x".repeat(2001))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("prompt: has 2,001 characters");
  }

  @Test
  void aRequestThatFindsNoRoomForAllItsPicturesTakesNoPlace() throws Exception {
    allowing(0);
    TestingSink first = draw(r -> r.setImage(image(16)));
    assertThatThrownBy(() -> draw(r -> r.setImage(image(16))))
        .isInstanceOf(OverloadedException.class)
        .satisfies(e -> assertThat(((OverloadedException) e).retryAfter()).isPositive());
    network.allow(MANY);
    assertThat(first.await().getTotal()).isEqualTo(16);
    assertThat(draw(r -> r.setImage(image(16))).await().getTotal()).isEqualTo(16);
  }

  @Test
  void aLargePictureIsStoredAndSaysWhereItsBytesLie(@TempDir Path folder) throws Exception {
    keeping(100, new FolderStore(folder.resolve("new folder")));
    TestingSink sink = draw(r -> r.setImage(image(1).setScale(64)));
    assertThat(sink.await().getTotal()).isEqualTo(1);
    ImagePart part = sink.parts.getFirst();
    assertThat(part.getData().isEmpty()).isTrue();
    byte[] bytes = Files.readAllBytes(Path.of(java.net.URI.create(part.getStored().getUri())));
    assertThat(part.getStored().getSize()).isEqualTo(bytes.length);
    assertThat(part.getStored().getSha256().toByteArray())
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(bytes));
    assertThat(Pictures.read(bytes).width()).isEqualTo(64 * SIDE);
  }

  @Test
  void aLargePictureWithoutAStoreIsAnErrorThatNamesTheSetting() throws Exception {
    keeping(100, null);
    TestingSink sink = draw(r -> r.setImage(image(2).setScale(64)));
    Finished finished = sink.await();
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_ERROR);
    assertThat(finished.getTotal()).isZero();
    assertThat(finished.getError().getMessage()).contains("weir.image-worker.inline-limit");
    assertThat(sink.parts).isEmpty();
  }

  @Test
  void anEngineThatFailsEndsTheRequestWithItsReason() throws Exception {
    allowing(0);
    TestingSink sink = draw(r -> r.setImage(image(1)));
    network.allow(2);
    Thread closing = Thread.ofPlatform().start(engine::close);
    while (engine.alive()) {
      Thread.onSpinWait();
    }
    network.allow(1); // the step that it may be in
    closing.join();
    Finished finished = sink.await();
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_ERROR);
    assertThat(finished.getError().getMessage()).contains("the engine was closed");
    assertThatThrownBy(() -> draw(r -> r.setImage(image(1))))
        .isInstanceOf(OverloadedException.class);
  }
}
