package dev.weir.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a {@link StepOutput} must say, computed in float64 by the definition from whole rows. */
public final class TestingStepOutput implements StepOutput {
  private final List<float[]> rows;
  private final List<LogitsQuery> queries;
  private final List<float[]> edited = new ArrayList<>();
  private final List<Float> largest = new ArrayList<>();
  private final List<Double> logNormalizers = new ArrayList<>();

  /**
   * @param rows the model's own logits, [vocabulary] each
   * @param queries one for each row
   */
  public TestingStepOutput(List<float[]> rows, List<LogitsQuery> queries) {
    this.rows = rows;
    this.queries = queries;
    for (int i = 0; i < rows.size(); i++) {
      float[] row = rows.get(i).clone();
      queries.get(i).edits().apply(row);
      edited.add(row);
      largest.add(row[best(row, 1)[0]]);
      logNormalizers.add(logNormalizer(row, queries.get(i).temperature()));
    }
  }

  @Override
  public int rows() {
    return rows.size();
  }

  @Override
  public int argMax(int row) {
    for (float logit : edited.get(row)) {
      if (Float.isNaN(logit)) {
        return -1;
      }
    }
    int best = best(edited.get(row), 1)[0];
    return Float.isFinite(edited.get(row)[best]) ? best : -1;
  }

  @Override
  public int candidates(int row, int[] ids, float[] logits) {
    int[] best = best(edited.get(row), asked(row).candidates());
    for (int i = 0; i < best.length; i++) {
      ids[i] = best[i];
      logits[i] = edited.get(row)[best[i]];
    }
    return best.length;
  }

  @Override
  public double logNormalizer(int row) {
    asked(row);
    return logNormalizers.get(row);
  }

  private static double logNormalizer(float[] logits, double temperature) {
    double largest = logits[best(logits, 1)[0]];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp((logit - largest) / temperature);
    }
    return Math.log(sum);
  }

  @Override
  public double entropy(int row) {
    check(asked(row).entropy(), "the entropy of row %d was not asked for", row);
    double entropy = 0;
    for (int id = 0; id < edited.get(row).length; id++) {
      double p = probability(row, id);
      entropy -= p > 0 ? p * Math.log(p) : 0;
    }
    return entropy;
  }

  int vocabulary() {
    return rows.getFirst().length;
  }

  /** Probability of a token with edits and temperature. */
  public double probability(int row, int id) {
    return Math.exp(
        (edited.get(row)[id] - largest.get(row)) / queries.get(row).temperature()
            - logNormalizer(row));
  }

  @Override
  public int tail(int row, double mass) {
    int[] candidates = best(edited.get(row), asked(row).candidates());
    double sum = 0;
    int last = -1;
    for (int id = 0; id < edited.get(row).length; id++) {
      int token = id;
      double p = probability(row, id);
      if (p > 0 && Arrays.stream(candidates).noneMatch(candidate -> candidate == token)) {
        last = id;
        sum += p;
        if (sum > mass) {
          break;
        }
      }
    }
    return last;
  }

  /** Of about every second row that wants one, needed or not. */
  @Override
  public boolean isListed(int row) {
    return queries.get(row).shortlist() != null && Float.floatToIntBits(largest.get(row)) % 2 != 0;
  }

  /** No more than it must. */
  @Override
  public int shortlist(int row, int[] ids, float[] logits, float[] weights) {
    Shortlist wanted = asked(row).shortlist();
    if (wanted == null) {
      throw new IllegalStateException("a shortlist of row " + row + " was not asked for");
    }
    int found = shortlist(row, wanted, ids);
    for (int i = 0; i < found; i++) {
      logits[i] = edited.get(row)[ids[i]];
      weights[i] =
          (float) Math.exp((logits[i] - largest.get(row)) / queries.get(row).temperature());
    }
    return found;
  }

  /** The ids of one that was perhaps not asked for. */
  public int shortlist(int row, Shortlist wanted, int[] ids) {
    float[] all = edited.get(row);
    int[] ranked = best(all, all.length);
    double sum = 0;
    int found = 0;
    while (found < ranked.length
        && all[ranked[found]] > Float.NEGATIVE_INFINITY
        && (found < wanted.count()
            || sum < wanted.mass()
            || probability(row, ranked[found]) >= wanted.share() * probability(row, ranked[0])
            || (found > 0 && all[ranked[found]] == all[ranked[found - 1]]))) {
      sum += probability(row, ranked[found++]);
    }
    Arrays.sort(ranked, 0, found);
    System.arraycopy(ranked, 0, ids, 0, found);
    return found;
  }

  @Override
  public double logprob(int row, int id) {
    check(asked(row).logprobs(), "log-probabilities of row %d were not asked for", row);
    float[] logits = rows.get(row);
    return logits[id] - logits[best(logits, 1)[0]] - logNormalizer(logits, 1);
  }

  @Override
  public int alternatives(int row, int n, int[] ids) {
    check(asked(row).logprobs(), "log-probabilities of row %d were not asked for", row);
    int[] best = best(rows.get(row), n);
    System.arraycopy(best, 0, ids, 0, best.length);
    return best.length;
  }

  @Override
  public void logits(int row, float[] into) {
    asked(row);
    System.arraycopy(rows.get(row), 0, into, 0, into.length);
  }

  private LogitsQuery asked(int row) {
    check(queries.get(row).candidates() > 0, "row %d was asked for its arg max alone", row);
    return queries.get(row);
  }

  private static void check(boolean holds, String message, int row) {
    if (!holds) {
      throw new IllegalStateException(message.formatted(row));
    }
  }

  /** The ids of the largest, the largest first, the lower id first among equals. */
  private static int[] best(float[] logits, int wanted) {
    int[] best = new int[Math.min(wanted, logits.length)];
    int found = 0;
    for (int id = 0; id < logits.length; id++) {
      int place = found;
      while (place > 0 && !(logits[id] <= logits[best[place - 1]])) {
        place--;
      }
      if (place < best.length) {
        int moved = Math.min(found, best.length - 1) - place;
        System.arraycopy(best, place, best, place + 1, moved);
        best[place] = id;
        found = Math.min(found + 1, best.length);
      }
    }
    return best;
  }
}
