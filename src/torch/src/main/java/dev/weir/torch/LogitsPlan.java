package dev.weir.torch;

import dev.weir.engine.LogitEdits;
import dev.weir.engine.LogitsQuery;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * The queries of a step as the flat lists that the program takes. R rows are wanted; of S of them
 * more than the arg max.
 *
 * @param edited row times vocabulary plus id of each edited logit
 * @param bias as long as {@code edited}, like the next two
 * @param repetition see {@link LogitEdits}
 * @param reduction see {@link LogitEdits}
 * @param masked rows that allow some tokens only
 * @param masks their bit masks, [masked x words]
 * @param sampled rows of which more than the arg max is wanted, [S]
 * @param temperatures [S]
 * @param candidates how many are wanted at most
 * @param entropy whether any row wants its entropy: 0 or 1
 * @param reported places in {@code sampled} of rows whose log-probabilities are wanted
 */
@SuppressWarnings("ArrayRecordComponent") // made for one call, never compared
record LogitsPlan(
    long[] edited,
    double[] bias,
    double[] repetition,
    double[] reduction,
    long[] masked,
    long[] masks,
    long[] sampled,
    double[] temperatures,
    int candidates,
    int entropy,
    long[] reported) {

  static LogitsPlan of(List<LogitsQuery> queries, int vocabulary) {
    LongStream.Builder edited = LongStream.builder();
    DoubleStream.Builder bias = DoubleStream.builder();
    DoubleStream.Builder repetition = DoubleStream.builder();
    DoubleStream.Builder reduction = DoubleStream.builder();
    LongStream.Builder masked = LongStream.builder();
    LongStream.Builder masks = LongStream.builder();
    LongStream.Builder sampled = LongStream.builder();
    DoubleStream.Builder temperatures = DoubleStream.builder();
    LongStream.Builder reported = LongStream.builder();
    int candidates = 0;
    int entropy = 0;
    int places = 0;
    for (int row = 0; row < queries.size(); row++) {
      LogitsQuery query = queries.get(row);
      LogitEdits edits = query.edits();
      for (int i = 0; i < edits.ids().length; i++) {
        edited.add((long) row * vocabulary + edits.ids()[i]);
        bias.add(edits.bias()[i]);
        repetition.add(edits.repetition()[i]);
        reduction.add(edits.reduction()[i]);
      }
      long[] allowed = edits.allowed();
      if (allowed != null) {
        masked.add(row);
        LongStream.of(allowed).forEach(masks);
      }
      if (query.candidates() > 0) {
        sampled.add(row);
        temperatures.add(query.temperature());
        candidates = Math.max(candidates, Math.min(query.candidates(), vocabulary));
        entropy |= query.entropy() ? 1 : 0;
        if (query.logprobs()) {
          reported.add(places);
        }
        places++;
      }
    }
    return new LogitsPlan(
        edited.build().toArray(),
        bias.build().toArray(),
        repetition.build().toArray(),
        reduction.build().toArray(),
        masked.build().toArray(),
        masks.build().toArray(),
        sampled.build().toArray(),
        temperatures.build().toArray(),
        candidates,
        entropy,
        reported.build().toArray());
  }
}
