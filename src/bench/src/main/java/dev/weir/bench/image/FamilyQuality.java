package dev.weir.bench.image;

import dev.weir.bench.image.Diversity.Group;
import dev.weir.bench.image.Neighbours.Neighbour;
import dev.weir.train.portrait.TrainingPortraits;
import dev.weir.train.portrait.TrainingPortraits.Example;
import dev.weir.train.vae.LatentReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Measures what one family draws, all with one temperature. */
final class FamilyQuality {
  private static final int CHUNK = 256; // pictures between two reports of progress
  private static final double BITS_PER_NAT = 1 / Math.log(2);

  private final QualityData data;
  private final Drawer drawer;
  private final double temperature;
  private final QualityProgress progress;
  private final Fidelity fidelity;
  private final List<Figure> figures = new ArrayList<>();

  /**
   * What came of it, and the pictures that were drawn, as they were drawn.
   *
   * @param full from captions that say everything of the real portraits, in their order
   * @param pairs of unseen pairs
   * @param neighbours in the training set of those of {@code empty}
   */
  record Result(
      String family,
      double temperature,
      List<Figure> figures,
      List<byte[]> full,
      List<byte[]> partial,
      List<byte[]> empty,
      List<byte[]> pairs,
      List<Neighbour> neighbours) {
    Result {
      figures = List.copyOf(figures);
      full = List.copyOf(full);
      partial = List.copyOf(partial);
      empty = List.copyOf(empty);
      pairs = List.copyOf(pairs);
      neighbours = List.copyOf(neighbours);
    }
  }

  FamilyQuality(QualityData data, Drawer drawer, double temperature, QualityProgress progress) {
    this.data = data;
    this.drawer = drawer;
    this.temperature = temperature;
    this.progress = progress;
    this.fidelity = new Fidelity(data.design());
  }

  /** Pictures that {@link #run} draws or scores. */
  static int work(Drawer drawer, QualityData data) {
    int kinds = 5; // full, partial, empty; scored with everything and with nothing said
    int exact = drawer.reportsGreedy() ? 2 : 1;
    return (kinds + exact - 1) * data.full().size()
        + exact * data.pairs().size()
        + data.groups().size() * QualityData.DRAWN_OF_EACH;
  }

  Result run() {
    List<byte[]> real = Captioned.pictures(data.full());
    List<byte[]> full = draw("full captions", data.full(), 1, temperature);
    figures.add(Figure.share("pixels.full", Fidelity.pixels(real, full)));
    figures.add(Figure.share("exact.full", Fidelity.exact(real, full)));
    figures.add(attributes("attributes.full", data.full(), full));
    List<byte[]> partial = draw("half said", data.partial(), 2, temperature);
    figures.add(attributes("attributes.partial", data.partial(), partial));
    figures.add(Figure.share("legal.partial", legal(partial)));
    List<byte[]> empty = draw("nothing said", data.empty(), 3, temperature);
    figures.add(Figure.share("legal.empty", legal(empty)));
    List<byte[]> pairs = List.of();
    if (!data.pairs().isEmpty()) {
      List<byte[]> realPairs = Captioned.pictures(data.pairs());
      pairs = draw("unseen pairs", data.pairs(), 4, temperature);
      figures.add(Figure.share("pairs.pixels", Fidelity.pixels(realPairs, pairs)));
      figures.add(Figure.share("pairs.exact", Fidelity.exact(realPairs, pairs)));
      figures.add(attributes("pairs.attributes", data.pairs(), pairs));
    }
    if (drawer.reportsGreedy()) {
      greedy(real);
    }
    likelihoods(data.full(), "full");
    likelihoods(data.empty(), "empty");
    diversity();
    List<Neighbour> neighbours = data.training().nearest(empty);
    figures.addAll(Neighbours.figures(neighbours));
    if (drawer instanceof LatentDrawer latent) {
      latent(latent, real);
    }
    return new Result(
        drawer.family(), temperature, figures, full, partial, empty, pairs, neighbours);
  }

  private void greedy(List<byte[]> real) {
    List<byte[]> full = draw("full captions, greedy", data.full(), 1, 0);
    figures.add(Figure.share("pixels.greedy", Fidelity.pixels(real, full)));
    figures.add(Figure.share("exact.greedy", Fidelity.exact(real, full)));
    if (!data.pairs().isEmpty()) {
      List<byte[]> pairs = draw("unseen pairs, greedy", data.pairs(), 4, 0);
      List<byte[]> realPairs = Captioned.pictures(data.pairs());
      figures.add(Figure.share("pairs.exact.greedy", Fidelity.exact(realPairs, pairs)));
    }
  }

  private Estimate legal(List<byte[]> pictures) {
    return fidelity.legal(pictures, data.judge().recognise(pictures));
  }

  private Figure attributes(String name, List<Example> asked, List<byte[]> drawn) {
    return Figure.share(name, Fidelity.attributes(asked, data.judge().recognise(drawn)));
  }

  private List<byte[]> draw(String what, List<Example> asked, int kind, double at) {
    List<int[]> conditions = Captioned.conditions(data.design(), asked);
    return draw(what, conditions, Captioned.seeds(kind, asked.size()), at);
  }

  private List<byte[]> draw(String what, List<int[]> conditions, long[] seeds, double at) {
    List<byte[]> drawn = new ArrayList<>();
    for (int from = 0; from < seeds.length; from += CHUNK) {
      int to = Math.min(seeds.length, from + CHUNK);
      progress.at(drawer.family() + ": " + what);
      long[] some = Arrays.copyOfRange(seeds, from, to);
      drawn.addAll(drawer.draw(conditions.subList(from, to), some, at));
      progress.done(to - from);
    }
    return drawn;
  }

  /** In nats a picture, and in bits a pixel. */
  private void likelihoods(List<Example> asked, String name) {
    progress.at(drawer.family() + ": likelihood, " + name);
    List<byte[]> pictures = Captioned.pictures(asked);
    drawer
        .likelihoods(Captioned.conditions(data.design(), asked), pictures)
        .forEach((bound, likelihoods) -> {
          int area = pictures.getFirst().length;
          Estimate nats = Estimate.ofMean(likelihoods).times(-1);
          String of = name + "." + bound;
          figures.add(new Figure("nats." + of, nats, "nats"));
          figures.add(new Figure("bits." + of, nats.times(BITS_PER_NAT / area), "bits/pixel"));
        });
    progress.done(asked.size());
  }

  private void diversity() {
    List<Group> groups = new ArrayList<>();
    for (Group real : data.groups()) {
      int[] condition = TrainingPortraits.condition(data.design(), real.said());
      List<int[]> conditions = Collections.nCopies(QualityData.DRAWN_OF_EACH, condition);
      long[] seeds = Captioned.seeds(5 + groups.size(), QualityData.DRAWN_OF_EACH);
      List<byte[]> drawn = draw("one caption, many seeds", conditions, seeds, temperature);
      groups.add(new Group(real.said(), data.judge().recognise(drawn)));
    }
    figures.add(QualityData.variation(data.diversity(), groups, data.distributions()));
    figures.add(Figure.share("entropy.partial", data.diversity().entropy(groups, data.groups())));
  }

  private void latent(LatentDrawer latent, List<byte[]> real) {
    List<byte[]> again = latent.reconstruct(real);
    figures.add(Figure.share("reconstruction.pixels", Fidelity.pixels(real, again)));
    figures.add(Figure.share("reconstruction.exact", Fidelity.exact(real, again)));
    LatentReport report = latent.latents(real);
    figures.add(new Figure("latent.nats", Estimate.exactly(report.divergence()), "nats"));
    figures.add(new Figure("latent.active", Estimate.exactly(report.activeUnits()), "units"));
  }
}
