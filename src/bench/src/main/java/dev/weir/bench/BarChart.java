package dev.weir.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Grouped bars in panels one below the other, as an SVG document that any browser shows. */
public final class BarChart {
  /** Okabe and Ito's colours, which colour-blind people can tell apart. */
  private static final List<String> COLOURS =
      List.of("#0072B2", "#E69F00", "#D55E00", "#CC79A7", "#009E73", "#56B4E9", "#999999");

  private static final int WIDTH = 960;
  private static final int LEFT = 64;
  private static final int RIGHT = 24;
  private static final int HEAD = 64;
  private static final int PANEL = 250;
  private static final int PLOT = 170;
  private static final int GRID_LINES = 4;

  private final String title;
  private final List<Panel> panels = new ArrayList<>();
  private final Map<String, String> colours = new LinkedHashMap<>();

  public BarChart(String title) {
    this.title = title;
  }

  /**
   * Bars of one colour.
   *
   * @param values one for each group; NaN leaves a gap
   */
  @SuppressWarnings("ArrayRecordComponent") // drawn once, never compared
  public record Series(String name, double[] values) {}

  private record Panel(String title, List<String> groups, List<Series> series) {
    double largest() {
      double largest = 0;
      for (Series one : series) {
        for (double value : one.values) {
          largest = Double.isNaN(value) ? largest : Math.max(largest, value);
        }
      }
      return largest;
    }
  }

  /** Adds a panel; series of the same name have the same colour in all of them. */
  public void panel(String panelTitle, List<String> groups, List<Series> series) {
    for (Series one : series) {
      colours.computeIfAbsent(one.name, name -> COLOURS.get(colours.size() % COLOURS.size()));
    }
    panels.add(new Panel(panelTitle, groups, series));
  }

  /** The whole document. */
  public String svg() {
    StringBuilder svg = new StringBuilder();
    int height = HEAD + panels.size() * PANEL;
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"system-ui, sans-serif\" font-size=\"12\">%n"
            .formatted(WIDTH, height, WIDTH, height));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    text(svg, LEFT, 24, "start", "font-size=\"16\" font-weight=\"600\"", title);
    int x = LEFT;
    for (Map.Entry<String, String> entry : colours.entrySet()) {
      rect(svg, x, 38, 12, 12, entry.getValue(), "");
      text(svg, x + 17, 48, "start", "", entry.getKey());
      x += 32 + 7 * entry.getKey().length();
    }
    for (int i = 0; i < panels.size(); i++) {
      draw(svg, panels.get(i), HEAD + i * PANEL);
    }
    return svg.append("</svg>\n").toString();
  }

  private void draw(StringBuilder svg, Panel panel, int top) {
    int base = top + 34 + PLOT;
    double step = gridStep(panel.largest());
    double full = step * GRID_LINES;
    text(svg, LEFT, top + 18, "start", "font-weight=\"600\"", panel.title);
    for (int line = 0; line <= GRID_LINES; line++) {
      double y = base - PLOT * (line * step / full);
      svg.append(
          "<line x1=\"%d\" y1=\"%s\" x2=\"%d\" y2=\"%s\" stroke=\"%s\"/>%n"
              .formatted(LEFT, number(y), WIDTH - RIGHT, number(y), line == 0 ? "#444" : "#ddd"));
      text(svg, LEFT - 8, y + 4, "end", "fill=\"#555\"", number(line * step));
    }
    double group = (double) (WIDTH - LEFT - RIGHT) / panel.groups.size();
    double bar = Math.min(40, group * 0.8 / Math.max(1, panel.series.size()));
    for (int g = 0; g < panel.groups.size(); g++) {
      double centre = LEFT + group * (g + 0.5);
      text(svg, centre, base + 17, "middle", "", panel.groups.get(g));
      double x = centre - bar * panel.series.size() / 2;
      for (Series one : panel.series) {
        double value = one.values[g];
        if (!Double.isNaN(value)) {
          double length = PLOT * value / full;
          String tip = "%s, %s: %.1f".formatted(one.name, panel.groups.get(g), value);
          rect(
              svg,
              x + 1,
              base - length,
              bar - 2,
              length,
              colours.getOrDefault(one.name, "#000"),
              tip);
          text(
              svg,
              x + bar / 2,
              base - length - 4,
              "middle",
              "font-size=\"9\" fill=\"#333\"",
              String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value));
        }
        x += bar;
      }
    }
  }

  /** A round number of which {@link #GRID_LINES} reach the largest value: 1, 2, 2.5 or 5 tens. */
  private static double gridStep(double largest) {
    double least = Math.max(largest, 1e-9) / GRID_LINES;
    double tens = Math.pow(10, Math.floor(Math.log10(least)));
    for (double factor : new double[] {1, 2, 2.5, 5}) {
      if (factor * tens >= least) {
        return factor * tens;
      }
    }
    return 10 * tens;
  }

  private static void rect(
      StringBuilder svg, double x, double y, double width, double height, String fill, String tip) {
    svg.append(
        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"><title>%s</title></rect>%n"
            .formatted(number(x), number(y), number(width), number(height), fill, escaped(tip)));
  }

  private static void text(
      StringBuilder svg, double x, double y, String anchor, String style, String text) {
    svg.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" %s>%s</text>%n"
            .formatted(number(x), number(y), anchor, style, escaped(text)));
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
