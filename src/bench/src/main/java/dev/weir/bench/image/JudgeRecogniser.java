package dev.weir.bench.image;

import dev.weir.image.portrait.PortraitDesign;
import dev.weir.torch.train.TrainableModule;
import dev.weir.train.Evaluation;
import dev.weir.train.PictureTensors;
import dev.weir.train.TrainedWeights;
import dev.weir.train.TrainingOptions.Length;
import dev.weir.train.judge.Judge;
import dev.weir.train.judge.JudgeConfig;
import dev.weir.train.portrait.PortraitFamily;
import dev.weir.train.portrait.TrainingPortraits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The trained judge. What it says of a picture decides nothing but figures: no picture is chosen or
 * left out by it.
 */
final class JudgeRecogniser implements Recogniser, AutoCloseable {
  private static final int BATCH = 128;

  private final Judge judge;
  private final TrainableModule module;

  /**
   * Opens it.
   *
   * @param folder with its weights
   */
  JudgeRecogniser(PortraitDesign design, Path folder) {
    judge = new Judge(JudgeConfig.portraits(TrainingPortraits.attributeValues(design)));
    module =
        Evaluation.open(
            judge,
            PortraitFamily.JUDGE.options(new Length.Steps(1), 0, false),
            TrainedWeights.read(folder.resolve(TrainedWeights.FILE)));
  }

  @Override
  public int[][] recognise(List<byte[]> pictures) {
    List<int[]> all = new ArrayList<>();
    for (int from = 0; from < pictures.size(); from += BATCH) {
      List<byte[]> batch = pictures.subList(from, Math.min(pictures.size(), from + BATCH));
      all.addAll(List.of(judge.recognise(module, PictureTensors.pixels(batch))));
    }
    return all.toArray(int[][]::new);
  }

  @Override
  public void close() {
    module.close();
  }
}
