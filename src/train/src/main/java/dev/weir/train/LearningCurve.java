package dev.weir.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.torch.train.StepReport;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The losses of a run as JSON lines, one a step, and as a picture. A run that goes on from a
 * checkpoint leaves out what was written of steps behind it.
 */
final class LearningCurve implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Before the name of a part of the loss: on what is kept back, after the line's step. */
  private static final String HELD_OUT = "held_out_";

  private final Path lines;
  private final BufferedWriter writer;

  private LearningCurve(Path lines, BufferedWriter writer) {
    this.lines = lines;
    this.writer = writer;
  }

  /** Goes on behind the line of the step before {@code steps}. */
  static LearningCurve open(Path lines, long steps) throws IOException {
    List<String> kept = new ArrayList<>();
    if (Files.exists(lines)) {
      for (String line : Files.readAllLines(lines)) {
        if (kept.size() < steps) {
          kept.add(line);
        }
      }
    }
    Files.write(lines, kept);
    return new LearningCurve(lines, Files.newBufferedWriter(lines, StandardOpenOption.APPEND));
  }

  /**
   * Adds a line.
   *
   * @param heldOut parts of the loss on what is kept back, if it was tried
   */
  void add(
      long step,
      double learningRate,
      StepReport report,
      double seconds,
      Map<String, Double> heldOut)
      throws IOException {
    ObjectNode line = JSON.createObjectNode();
    line.put("step", step);
    report.parts().forEach(line::put);
    line.put("gradient_norm", report.gradientNorm());
    line.put("learning_rate", learningRate);
    line.put("seconds", seconds);
    heldOut.forEach((part, value) -> line.put(HELD_OUT + part, value));
    writer.write(line.toString());
    writer.newLine();
  }

  /** What was added is in the file after this. */
  void flush() throws IOException {
    writer.flush();
  }

  /** Draws the losses beside the lines, in a file that ends in {@code .svg}. */
  void draw(String title, Path picture) throws IOException {
    flush();
    List<Double> losses = new ArrayList<>();
    SortedMap<Integer, Double> heldOut = new TreeMap<>();
    for (String line : Files.readAllLines(lines)) {
      JsonNode node = JSON.readTree(line);
      losses.add(node.path("loss").asDouble());
      if (node.has(HELD_OUT + "loss")) {
        heldOut.put(losses.size(), node.path(HELD_OUT + "loss").asDouble());
      }
    }
    Files.writeString(picture, LossPlot.svg(title, losses, heldOut));
  }

  /** Time that the steps of a file took, seconds. */
  static double seconds(Path lines) throws IOException {
    double seconds = 0;
    for (String line : Files.readAllLines(lines)) {
      seconds += JSON.readTree(line).path("seconds").asDouble();
    }
    return seconds;
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
