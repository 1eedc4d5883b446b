package dev.weir.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.torch.train.TrainingState;
import dev.weir.train.TrainingOptions.Length;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120) // a run whose loss is not finite would have no end
final class TrainerTest {
  private static final double RATE = 5e-3;
  private static final String THREADS = "ai.djl.pytorch.num_threads";

  @TempDir Path folder;

  @Test
  void whatIsShippedAreTheAveragedWeightsInSixteenBits() throws IOException {
    trainer(folder, 12, TestingObjective::batch).run();
    Path file = folder.resolve(TrainedWeights.FILE);
    TrainedWeights.export(folder.resolve(Trainer.CHECKPOINT), Map.of("seed", "5"), file);

    Map<String, HostTensor.Floats> averaged =
        Checkpoint.read(folder.resolve(Trainer.CHECKPOINT)).state().averaged();
    Map<String, HostTensor.Floats> shipped = TrainedWeights.read(file).averaged();
    assertThat(shipped.keySet()).isEqualTo(averaged.keySet()).isNotEmpty();
    averaged.forEach((name, tensor) -> {
      float[] rounded = tensor.values().clone();
      for (int i = 0; i < rounded.length; i++) {
        rounded[i] = Float.float16ToFloat(Float.floatToFloat16(rounded[i]));
      }
      HostTensor.Floats kept = Objects.requireNonNull(shipped.get(name));
      assertThat(kept.shape()).isEqualTo(tensor.shape());
      assertThat(kept.values()).containsExactly(rounded);
    });
    long numbers = averaged.values().stream().mapToLong(tensor -> tensor.values().length).sum();
    assertThat(Files.size(file)).isBetween(2 * numbers, 2 * numbers + 4000);
    Map<String, Double> figures =
        Evaluation.of(
            TestingObjective.objective(),
            TestingObjective.options(new Length.Steps(12), RATE),
            TrainedWeights.read(file),
            TestingObjective.HELD_OUT);
    assertThat(figures.get("loss")).isCloseTo(heldOutLosses(folder).get(11L), within(1e-3));
  }

  @Test
  void aRunThatIsKilledAndGoesOnEndsWithTheBitsOfOneThatIsNot() throws IOException {
    Path straight = folder.resolve("straight");
    assertThat(trainer(straight, 20, TestingObjective::batch).run()).isTrue();

    Path killed = folder.resolve("killed"); // after the checkpoint of step 10, in step 13
    Trainer first =
        trainer(
            killed,
            20,
            step -> {
              if (step == 13) {
                throw new IllegalStateException("killed");
              }
              return TestingObjective.batch(step);
            });
    assertThatThrownBy(first::run).hasMessage("killed");
    assertThat(Checkpoint.read(killed.resolve(Trainer.CHECKPOINT)).state().steps()).isEqualTo(10);
    assertThat(trainer(killed, 20, TestingObjective::batch).run()).isTrue();

    assertSameBits(killed, straight);
    assertThat(losses(killed)).hasSize(20).isEqualTo(losses(straight));
    assertThat(heldOutLosses(killed)).isEqualTo(heldOutLosses(straight));
  }

  @Test
  void aProcessThatIsToldToEndKeepsItsLastStepAndAnotherGoesOn() throws Exception {
    Path told = folder.resolve("told");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of(System.getProperty("weir.jvm.options", "").split(" ")));
    // Bits are the same only with as many threads.
    command.add("-D%1$s=%2$s".formatted(THREADS, System.getProperty(THREADS, "2")));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            TestingObjective.class.getName(),
            told.toString(),
            "60"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.lines().anyMatch("step 3"::equals)).isTrue();
      process.destroy(); // SIGTERM
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    long kept = Checkpoint.read(told.resolve(Trainer.CHECKPOINT)).state().steps();
    assertThat(kept).isBetween(3L, 59L);
    assertThat(losses(told)).hasSize(Math.toIntExact(kept));

    assertThat(trainer(told, 60, TestingObjective::batch).run()).isTrue();
    Path straight = folder.resolve("straight");
    assertThat(trainer(straight, 60, TestingObjective::batch).run()).isTrue();
    assertSameBits(told, straight);
  }

  @Test
  void twoRunsInOneFolderAreOneTooMany() throws IOException {
    List<Throwable> refusals = new ArrayList<>();
    Batches batches =
        step -> {
          if (step == 2) {
            refusals.add(catchThrowable(() -> trainer(folder, 5, TestingObjective::batch).run()));
          }
          return TestingObjective.batch(step);
        };
    assertThat(trainer(folder, 5, batches).run()).isTrue();
    assertThat(refusals)
        .singleElement()
        .isInstanceOf(TrainingException.class)
        .extracting(Throwable::getMessage)
        .asString()
        .contains(folder.toString(), "another run trains there");
    assertThat(losses(folder)).hasSize(5);
    assertThat(trainer(folder, 6, TestingObjective::batch).run()).isTrue(); // it is free again
  }

  @Test
  void theLossFallsToWhatThePicturesLeaveOpen() throws IOException {
    assertThat(trainer(folder, 300, TestingObjective::batch).run()).isTrue();
    List<Double> losses = losses(folder);
    double last =
        losses.subList(250, 300).stream().mapToDouble(Double::doubleValue).average().orElse(9);
    // Of each pixel one in eight is colour 5: 0.377 nats; the caption says the other colour.
    assertThat(losses.getFirst()).isGreaterThan(1.6);
    assertThat(last).isBetween(0.3, 0.48);
    assertThat(Files.readString(folder.resolve(Trainer.PICTURE))).contains("<polyline", "step 300");
  }

  @Test
  void whatIsHeldOutIsTriedWithEachCheckpointAndAtTheEnd() throws IOException {
    assertThat(trainer(folder, 25, TestingObjective::batch).run()).isTrue();
    Map<Long, Double> tried = heldOutLosses(folder);
    assertThat(tried).containsOnlyKeys(9L, 19L, 24L); // lines count from 0
    TrainingState state = Checkpoint.read(folder.resolve(Trainer.CHECKPOINT)).state();
    double expected = 0;
    try (TrainableModule module =
        TrainableModule.open(
            TestingObjective.objective().program(), TestingObjective.OPTIMIZER, false, 1)) {
      module.load(state);
      for (int i = 0; i < TestingObjective.HELD_OUT.count(); i++) {
        Map<String, HostTensor> inputs =
            TestingObjective.objective().inputs(TestingObjective.HELD_OUT.batches().at(i), 0);
        expected +=
            Objects.requireNonNull(module.evaluate(inputs, Weights.AVERAGED).get("loss"))
                / TestingObjective.HELD_OUT.count();
      }
    }
    assertThat(tried.get(24L)).isEqualTo(expected, within(1e-6));
    TrainingOptions options = TestingObjective.options(new Length.Steps(25), RATE);
    assertThat(
            Evaluation.of(TestingObjective.objective(), options, state, TestingObjective.HELD_OUT))
        .containsEntry("loss", Objects.requireNonNull(tried.get(24L)));
    assertThat(Files.readString(folder.resolve(Trainer.PICTURE)))
        .contains(String.format(Locale.ROOT, "held out %.4f", tried.get(24L)));
  }

  @Test
  void aLossThatIsNotFiniteStopsWithStepAndLearningRateAndKeepsTheCheckpoint() throws IOException {
    Trainer trainer =
        new Trainer(
            TestingObjective.objective(),
            TestingObjective.options(new Length.Steps(200), 1e30),
            TestingObjective::batch,
            HeldOut.NONE,
            folder,
            TrainingProgress.Listener.NONE);
    assertThatThrownBy(trainer::run)
        .isInstanceOf(TrainingException.class)
        .hasMessageMatching("loss .* in step \\d+ at learning rate \\d.*E(29|30): .*");
  }

  @Test
  void aTimeIsTurnedIntoStepsThatFit() throws IOException {
    List<TrainingProgress> seen = new ArrayList<>();
    Trainer trainer =
        new Trainer(
            TestingObjective.objective(),
            TestingObjective.options(new Length.Time(Duration.ofMillis(1500)), RATE),
            TestingObjective::batch,
            HeldOut.NONE,
            folder,
            seen::add);
    assertThat(trainer.run()).isTrue();
    assertThat(seen.getFirst().totalSteps()).isZero();
    long total = seen.getLast().totalSteps();
    assertThat(total).isPositive().isEqualTo(seen.getLast().steps());
    assertThat(Checkpoint.read(folder.resolve(Trainer.CHECKPOINT)).totalSteps()).isEqualTo(total);
    assertThat(seen.getLast().timeLeft()).isZero();
  }

  @Test
  void aCheckpointOfAnotherNetworkIsRefused() throws IOException {
    new Checkpoint(
            new TrainingState(
                3, Map.of("weights.other", new HostTensor.Floats(List.of(1), new float[] {1}))),
            20)
        .write(folder.resolve(Trainer.CHECKPOINT), "other");
    assertThatThrownBy(() -> trainer(folder, 20, TestingObjective::batch).run())
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("is of another network");
  }

  @Test
  void theLearningRateWarmsUpIsFlatAndFallsToZeroOverTheSecondHalf() {
    LearningRate rate = new LearningRate(2, 10, 100);
    assertThat(Stream.of(0, 4, 9, 50, 75, 99, 100).map(step -> rate.at(step)))
        .containsExactly(0.2, 1.0, 2.0, 2.0, 1.0, 0.04, 0.0);
  }

  private static Trainer trainer(Path folder, long steps, Batches batches) {
    return new Trainer(
        TestingObjective.objective(),
        TestingObjective.options(new Length.Steps(steps), RATE),
        batches,
        TestingObjective.HELD_OUT,
        folder,
        TrainingProgress.Listener.NONE);
  }

  private static void assertSameBits(Path left, Path right) throws IOException {
    assertThat(left.resolve(Trainer.CHECKPOINT))
        .hasSameBinaryContentAs(right.resolve(Trainer.CHECKPOINT));
  }

  private static Map<Long, Double> heldOutLosses(Path folder) throws IOException {
    Map<Long, Double> losses = new LinkedHashMap<>();
    for (String line : Files.readAllLines(folder.resolve(Trainer.CURVE))) {
      JsonNode node = new ObjectMapper().readTree(line);
      if (node.has("held_out_loss")) {
        losses.put(node.get("step").asLong(), node.get("held_out_loss").asDouble());
      }
    }
    return losses;
  }

  private static List<Double> losses(Path folder) throws IOException {
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(Trainer.CURVE))) {
      JsonNode node = new ObjectMapper().readTree(line);
      assertThat(node.get("step").asLong()).isEqualTo(losses.size());
      losses.add(node.get("loss").asDouble());
    }
    return losses;
  }
}
