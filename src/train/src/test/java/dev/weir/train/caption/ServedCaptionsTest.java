package dev.weir.train.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.engine.LanguageModel;
import dev.weir.kernels.KernelLanguageModel;
import dev.weir.kernels.KernelOptions;
import dev.weir.kernels.KernelPrecision;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoints;
import dev.weir.text.Tokenizer;
import dev.weir.torch.Precision;
import dev.weir.torch.SequenceScorer;
import dev.weir.torch.TorchLanguageModel;
import dev.weir.torch.TorchOptions;
import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.torch.train.TrainingState;
import dev.weir.train.LlamaBlocks;
import dev.weir.train.portrait.PortraitSplit.Use;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Captions as a worker's models compute them, and as the network that was trained does. */
@Timeout(120)
final class ServedCaptionsTest {
  private static final int POSITIONS = 128;
  private static final CaptionTransformerConfig CONFIG =
      new CaptionTransformerConfig(
          CaptionTokenizer.pairs().tokens().size(), new LlamaBlocks(48, 80, 3, 3, 16, POSITIONS));
  private static final AdamW OPTIMIZER = new AdamW(0.9, 0.98, 1e-8, 0.01, 1, 0.99);

  @TempDir Path folder;
  private final Map<String, HostTensor.Floats> weights = new LinkedHashMap<>();

  @BeforeEach
  void export() throws IOException {
    SplittableRandom random = new SplittableRandom(4);
    try (TrainableModule module = open()) {
      // Large enough weights for probabilities that differ, and exact in the file's 16 bits.
      module
          .state()
          .averaged()
          .forEach((name, tensor) -> {
            float[] values = new float[tensor.values().length];
            for (int i = 0; i < values.length; i++) {
              double value = tensor.values()[i] + 0.2 * random.nextGaussian();
              values[i] = Float.float16ToFloat(Float.floatToFloat16((float) value));
            }
            weights.put(name, new HostTensor.Floats(tensor.shape(), values));
          });
    }
    CaptionExport.write(CONFIG, weights, Map.of("seed", "3"), folder);
  }

  private static TrainableModule open() {
    return TrainableModule.open(new CaptionTransformer(CONFIG).program(), OPTIMIZER, false, 3);
  }

  /** ln p of each token of a text and of its end, by the network as it was trained. */
  private float[] likelihood(int[] text) {
    int[] row = new int[POSITIONS + 1]; // ends behind the text are others'
    System.arraycopy(text, 0, row, 1, text.length);
    try (TrainableModule trained = open()) {
      trained.load(TrainingState.ofWeights(weights));
      float[] all =
          trained
              .call(
                  "log_probabilities",
                  Map.of(
                      CaptionTransformer.TOKENS,
                      new HostTensor.Integers(List.of(1, POSITIONS + 1), row)),
                  Weights.AVERAGED)
              .getFirst()
              .values();
      return Arrays.copyOf(all, text.length + 1);
    }
  }

  private void assertServedAlike(LanguageModel model, Tokenizer tokenizer, double tolerance) {
    PortraitCaptions captions = new PortraitCaptions(Use.TEST_PICTURES, 1);
    for (int i = 0; i < 4; i++) {
      int[] served = tokenizer.encode(captions.at(i), true);
      float[] expected = likelihood(Arrays.copyOfRange(served, 1, served.length));
      int[] ended = Arrays.copyOf(served, served.length + 1);
      ended[served.length] = BytePairs.END_ID;
      double[] found = SequenceScorer.score(model, ended).logprobs();
      assertThat(found).hasSameSizeAs(expected);
      double sum = 0;
      for (int token = 0; token < found.length; token++) {
        assertThat(found[token])
            .as("token %d of '%s'", token, captions.at(i))
            .isEqualTo(expected[token], within(tolerance));
        sum += found[token];
      }
      assertThat(sum).isLessThan(-10);
    }
  }

  @Test
  void theKernelsGiveATextTheTrainersProbability() {
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      String obstacle = KernelLanguageModel.obstacle(checkpoint.config());
      assumeTrue(obstacle.isEmpty(), "skipped: " + obstacle);
      KernelOptions options =
          KernelOptions.defaults().withPrecision(KernelPrecision.F32).withSlots(1);
      try (KernelLanguageModel model = KernelLanguageModel.load(checkpoint, options)) {
        assertServedAlike(model, Objects.requireNonNull(checkpoint.tokenizer()), 5e-5);
      }
    }
  }

  @Test
  void torchGivesATextTheTrainersProbability() {
    try (Checkpoint checkpoint = Checkpoints.open(folder);
        TorchLanguageModel model =
            TorchLanguageModel.load(
                checkpoint,
                TorchOptions.defaults().withPrecision(Precision.F32).withSlots(1).withThreads(1))) {
      assertServedAlike(model, Objects.requireNonNull(checkpoint.tokenizer()), 5e-5);
    }
  }

  @Test
  void itIsAPlainLlamaThatEndsWithItsText() {
    try (Checkpoint checkpoint = Checkpoints.open(folder)) {
      assertThat(checkpoint.endOfSequence()).containsExactly(BytePairs.END_ID);
      assertThat(checkpoint.chatTemplate()).isNull();
      assertThat(checkpoint.specialTokens().eos()).isEqualTo(BytePairs.END);
      assertThat(checkpoint.config().grid()).isNull();
      assertThat(checkpoint.config().contextLength()).isEqualTo(POSITIONS);
    }
  }
}
