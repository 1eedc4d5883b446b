package dev.weir.train;

import java.util.List;
import java.util.Locale;

/** Losses by step as an SVG document, on a logarithmic scale where all are above zero. */
final class LossPlot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 360;
  private static final int LEFT = 64;
  private static final int TOP = 40;
  private static final int RIGHT = 16;
  private static final int BOTTOM = 36;
  private static final int GRID_LINES = 5;

  /** More points than pixels show nothing: each is the mean of the steps that share it. */
  private static final int MAX_POINTS = 320;

  private LossPlot() {}

  static String svg(String title, List<Double> losses) {
    double[] points = means(losses);
    boolean logarithmic = true;
    for (double point : points) {
      logarithmic &= point > 0;
    }
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double point : points) {
      double value = logarithmic ? Math.log(point) : point;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    double range = Math.max(high - low, 1e-9);
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"system-ui, sans-serif\" font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n"
            .formatted(WIDTH, HEIGHT, WIDTH, HEIGHT));
    text(svg, LEFT, 22, "start", title);
    if (points.length > 0) {
      for (int line = 0; line <= GRID_LINES; line++) {
        double value = low + range * line / GRID_LINES;
        double y = y(value, low, range);
        svg.append(
            "<line x1=\"%d\" y1=\"%s\" x2=\"%d\" y2=\"%s\" stroke=\"#ddd\"/>%n"
                .formatted(LEFT, y, WIDTH - RIGHT, y));
        text(
            svg,
            LEFT - 6,
            y + 4,
            "end",
            String.format(Locale.ROOT, "%.4g", logarithmic ? Math.exp(value) : value));
      }
      svg.append("<polyline fill=\"none\" stroke=\"#0072B2\" stroke-width=\"1.5\" points=\"");
      for (int i = 0; i < points.length; i++) {
        double x = LEFT + (WIDTH - LEFT - RIGHT) * (i + 0.5) / points.length;
        double value = logarithmic ? Math.log(points[i]) : points[i];
        svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y(value, low, range)));
      }
      svg.append("\"/>\n");
    }
    text(svg, LEFT, HEIGHT - 12, "start", "step 0");
    text(svg, WIDTH - RIGHT, HEIGHT - 12, "end", "step " + losses.size());
    return svg.append("</svg>\n").toString();
  }

  private static double[] means(List<Double> losses) {
    int count = Math.min(losses.size(), MAX_POINTS);
    double[] means = new double[count];
    for (int i = 0; i < count; i++) {
      int from = (int) ((long) losses.size() * i / count);
      int to = (int) ((long) losses.size() * (i + 1) / count);
      means[i] =
          losses.subList(from, to).stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }
    return means;
  }

  private static double y(double value, double low, double range) {
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / range);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            escaped));
  }
}
