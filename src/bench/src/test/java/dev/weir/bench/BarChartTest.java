package dev.weir.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

final class BarChartTest {

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  /** Rectangles that say what they are: bars, not the background or the legend. */
  private static List<Element> bars(Document svg) {
    List<Element> bars = new ArrayList<>();
    NodeList rects = svg.getElementsByTagName("rect");
    for (int i = 0; i < rects.getLength(); i++) {
      Element rect = (Element) rects.item(i);
      if (rect.getTextContent().contains(":")) {
        bars.add(rect);
      }
    }
    return bars;
  }

  @Test
  void barsAreAsLongAsTheirValuesAndNaNHasNone() throws Exception {
    BarChart chart = new BarChart("Speeds <of> a & b");
    chart.panel(
        "tokens/s",
        List.of("batch 1", "batch 16"),
        List.of(
            new BarChart.Series("a", new double[] {100, 400}),
            new BarChart.Series("b", new double[] {Double.NaN, 200})));
    Document svg = parse(chart.svg());

    List<Double> heights =
        bars(svg).stream().map(bar -> Double.parseDouble(bar.getAttribute("height"))).toList();
    assertThat(heights).hasSize(3);
    assertThat(heights.get(1) / heights.get(0)).isCloseTo(4, within(0.01));
    assertThat(heights.get(1) / heights.get(2)).isCloseTo(2, within(0.01));
    assertThat(svg.getElementsByTagName("text").item(0).getTextContent())
        .isEqualTo("Speeds <of> a & b");
  }

  @Test
  void aSeriesKeepsItsColourInEveryPanel() throws Exception {
    BarChart chart = new BarChart("t");
    chart.panel("p", List.of("g"), List.of(new BarChart.Series("a", new double[] {1})));
    chart.panel(
        "q",
        List.of("g"),
        List.of(
            new BarChart.Series("b", new double[] {1}),
            new BarChart.Series("a", new double[] {2})));
    assertThat(bars(parse(chart.svg())))
        .extracting(bar -> bar.getAttribute("fill"))
        .satisfies(fills -> {
          assertThat(fills.get(2)).isEqualTo(fills.get(0));
          assertThat(fills.get(1)).isNotEqualTo(fills.get(0));
        });
  }
}
