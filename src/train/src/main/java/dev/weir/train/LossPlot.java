package dev.weir.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/** Losses by step as an SVG document, on a logarithmic scale where all are above zero. */
final class LossPlot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 360;
  private static final int LEFT = 64;
  private static final int TOP = 40;
  private static final int RIGHT = 16;
  private static final int BOTTOM = 36;
  private static final int GRID_LINES = 5;
  private static final String LEARNED = "#0072B2";
  private static final String HELD_OUT = "#D55E00";

  /** More points than pixels show nothing: each is the mean of the steps that share it. */
  private static final int MAX_POINTS = 320;

  /**
   * A place on the curve, the step counted from 1 and between whole ones where several share it.
   */
  private record Point(double step, double loss) {}

  private final StringBuilder svg = new StringBuilder();
  private final int steps;
  private final boolean logarithmic;
  private final double low;
  private final double range;

  private LossPlot(int steps, List<Point> points) {
    this.steps = steps;
    this.logarithmic = points.stream().allMatch(point -> point.loss > 0);
    double[] values = points.stream().mapToDouble(point -> scaled(point.loss)).sorted().toArray();
    this.low = values.length == 0 ? 0 : values[0];
    this.range = values.length == 0 ? 1 : Math.max(values[values.length - 1] - low, 1e-9);
  }

  /**
   * The picture.
   *
   * @param losses of the steps, the first one first
   * @param heldOut losses on what is kept back, by the number of steps made
   */
  static String svg(String title, List<Double> losses, SortedMap<Integer, Double> heldOut) {
    List<Point> learned = means(losses);
    List<Point> tried = new ArrayList<>();
    heldOut.forEach((step, loss) -> tried.add(new Point(step, loss)));
    List<Point> all = new ArrayList<>(learned);
    all.addAll(tried);
    return new LossPlot(losses.size(), all).draw(title, learned, tried);
  }

  private String draw(String title, List<Point> learned, List<Point> tried) {
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"system-ui, sans-serif\" font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n"
            .formatted(WIDTH, HEIGHT, WIDTH, HEIGHT));
    text(LEFT, 22, "start", "black", title);
    if (!learned.isEmpty()) {
      grid();
    }
    line(learned, LEARNED);
    text(WIDTH - RIGHT, 22, "end", LEARNED, "learned from");
    line(tried, HELD_OUT);
    for (Point point : tried) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"/>%n",
              x(point.step),
              y(scaled(point.loss)),
              HELD_OUT));
    }
    if (!tried.isEmpty()) {
      String last = String.format(Locale.ROOT, "held out %.4f", tried.getLast().loss);
      text(WIDTH - RIGHT, 38, "end", HELD_OUT, last);
    }
    text(LEFT, HEIGHT - 12, "start", "black", "step 0");
    text(WIDTH - RIGHT, HEIGHT - 12, "end", "black", "step " + steps);
    return svg.append("</svg>\n").toString();
  }

  private void grid() {
    for (int line = 0; line <= GRID_LINES; line++) {
      double value = low + range * line / GRID_LINES;
      double y = y(value);
      svg.append(
          "<line x1=\"%d\" y1=\"%s\" x2=\"%d\" y2=\"%s\" stroke=\"#ddd\"/>%n"
              .formatted(LEFT, y, WIDTH - RIGHT, y));
      String told = String.format(Locale.ROOT, "%.4g", logarithmic ? Math.exp(value) : value);
      text(LEFT - 6, y + 4, "end", "black", told);
    }
  }

  private void line(List<Point> points, String colour) {
    if (points.isEmpty()) {
      return;
    }
    svg.append(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"".formatted(colour));
    for (Point point : points) {
      svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.step), y(scaled(point.loss))));
    }
    svg.append("\"/>\n");
  }

  private static List<Point> means(List<Double> losses) {
    int count = Math.min(losses.size(), MAX_POINTS);
    List<Point> means = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int from = (int) ((long) losses.size() * i / count);
      int to = (int) ((long) losses.size() * (i + 1) / count);
      double mean =
          losses.subList(from, to).stream().mapToDouble(Double::doubleValue).average().orElse(0);
      means.add(new Point((from + 1 + to) / 2.0, mean));
    }
    return means;
  }

  private double scaled(double loss) {
    return logarithmic ? Math.log(loss) : loss;
  }

  private double x(double step) {
    return LEFT + (WIDTH - LEFT - RIGHT) * step / Math.max(1, steps);
  }

  private double y(double value) {
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / range);
  }

  private void text(double x, double y, String anchor, String colour, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            colour,
            escaped));
  }
}
