package dev.weir.torch;

import dev.weir.engine.SamplingParameters;

/**
 * The part of a decoder's program that answers {@link dev.weir.engine.LogitsQuery}: rows of logits
 * stay on the device, in {@code kept}, and what sampling needs of them comes out.
 *
 * <p>Names in the text: R rows, V vocabulary, S rows of which more than the arg max is wanted, K
 * candidates.
 */
final class LogitsProgram {
  /** Elements of a group, of which only the best groups are sorted. */
  private static final int GROUP = 64;

  /** A vocabulary smaller than this is sorted as a whole. */
  private static final int WORTH_GROUPING = 64 * GROUP;

  private LogitsProgram() {}

  /** The methods' source. */
  static String source(int vocabulary) {
    boolean grouped = vocabulary % GROUP == 0 && vocabulary >= WORTH_GROUPING;
    return (EDIT + (grouped ? BEST_OF_GROUPS : BEST) + QUERY)
        .replace("{VOCABULARY}", Integer.toString(vocabulary))
        .replace("{WORDS}", Integer.toString(Math.ceilDiv(vocabulary, Long.SIZE)))
        .replace("{SORT_GROUP}", Integer.toString(GROUP))
        .replace(
            "{REPORTED}",
            Integer.toString(Math.min(vocabulary, SamplingParameters.MAX_TOP_LOGPROBS)));
  }

  private static final String EDIT =
      """
        def floats(s: __torch__.Decoder, values: List[float]) -> Tensor:
          return torch.tensor(values, dtype=6, device={DEVICE})
        def indices(s: __torch__.Decoder, values: List[int]) -> Tensor:
          return torch.tensor(values, dtype=4, device={DEVICE})
        def edit(s: __torch__.Decoder, y: Tensor, edited: List[int], bias: List[float], repetition: List[float], reduction: List[float], masked: List[int], masks: List[int]) -> Tensor:
          if torch.eq(torch.len(edited) + torch.len(masked), 0):
            result = y
          else:
            result = torch.clone(y)
            if torch.gt(torch.len(masked), 0):
              rows = s.indices(masked)
              words = torch.view(s.indices(masks), [-1, {WORDS}, 1])
              bit = torch.view(torch.arange(64, dtype=4, device={DEVICE}), [1, 1, 64])
              shifted = torch.bitwise_right_shift(words, bit)
              forbidden = torch.eq(torch.bitwise_and(shifted, 1), 0)
              forbidden = torch.narrow(torch.flatten(forbidden, 1), 1, 0, {VOCABULARY})
              part = torch.masked_fill(torch.index_select(result, 0, rows), forbidden, -inf)
              _0 = torch.index_copy_(result, 0, rows, part)
            if torch.gt(torch.len(edited), 0):
              flat = torch.view(result, [-1])
              place = s.indices(edited)
              picked = torch.add(torch.index_select(flat, 0, place), s.floats(bias))
              penalty = s.floats(repetition)
              weak = torch.div(picked, penalty)
              strong = torch.mul(picked, penalty)
              picked = torch.where(torch.gt(picked, 0), weak, strong)
              _1 = torch.index_copy_(flat, 0, place, torch.sub(picked, s.floats(reduction)))
          return result
      """;

  private static final String BEST =
      """
        def best(s: __torch__.Decoder, y: Tensor, k: int) -> List[Tensor]:
          values, ids = torch.topk(y, k, -1, True, True)
          return [values, ids]
      """;

  /** The k best lie in the k groups with the largest maxima. */
  private static final String BEST_OF_GROUPS =
      """
        def best(s: __torch__.Decoder, y: Tensor, k: int) -> List[Tensor]:
          groups = torch.view(torch.contiguous(y), [-1, {VOCABULARY} // {SORT_GROUP}, {SORT_GROUP}])
          _0, group = torch.topk(torch.amax(groups, [-1]), k, -1, True, False)
          wanted = torch.expand(torch.unsqueeze(group, -1), [-1, -1, {SORT_GROUP}])
          values, place = torch.topk(torch.flatten(torch.gather(groups, 1, wanted), 1), k, -1, True, True)
          first = torch.mul(torch.gather(group, 1, torch.floor_divide(place, {SORT_GROUP})), {SORT_GROUP})
          return [values, torch.add(first, torch.remainder(place, {SORT_GROUP}))]
      """;

  /**
   * Results: arg max [R], whether its logit is finite [R, 1]; if S is not 0: candidates' logits [S,
   * K], their ids [S, K], normalizer [S], entropy [S] or nothing; if rows are reported: ids of
   * their most probable tokens, and ln p of those.
   *
   * <p>{@code tail} sums tokens that can be drawn alone: a GPU adds in another order at each place,
   * so that its sums differ behind a token of probability 0 too, which would then be drawn.
   */
  private static final String QUERY =
      """
        def out(s: __torch__.Decoder, x: Tensor) -> Tensor:
          return torch.contiguous(torch.cpu(x))
        def query(s: __torch__.Decoder, y: Tensor, edited: List[int], bias: List[float], repetition: List[float], reduction: List[float], masked: List[int], masks: List[int], sampled: List[int], temperatures: List[float], k: int, entropy: int, reported: List[int]) -> List[Tensor]:
          z = s.edit(y, edited, bias, repetition, reduction, masked, masks)
          results = annotate(List[Tensor], [])
          best = torch.argmax(z, -1)
          _0 = torch.append(results, s.out(best))
          largest = torch.gather(z, 1, torch.unsqueeze(best, 1))
          _1 = torch.append(results, s.out(torch.isfinite(largest)))
          s.kept = annotate(List[Tensor], [])
          if torch.gt(torch.len(sampled), 0):
            if torch.lt(torch.len(sampled), torch.size(y, 0)):
              rows = s.indices(sampled)
              y = torch.index_select(y, 0, rows)
              z = torch.index_select(z, 0, rows)
              largest = torch.index_select(largest, 0, rows)
            found = s.best(z, k)
            _2 = torch.append(results, s.out(found[0]))
            _3 = torch.append(results, s.out(found[1]))
            heat = torch.unsqueeze(s.floats(temperatures), 1)
            scaled = torch.div(torch.sub(z, largest), heat)
            normalizer = torch.logsumexp(scaled, [-1], True)
            _4 = torch.append(results, s.out(normalizer))
            disorder = torch.empty([0], dtype=6, device={DEVICE})
            if torch.eq(entropy, 1):
              disorder = torch.sum(torch.special_entr(torch.exp(torch.sub(scaled, normalizer))), [-1])
            _5 = torch.append(results, s.out(disorder))
            own = torch.empty([0], dtype=6, device={DEVICE})
            if torch.gt(torch.len(reported), 0):
              rows = s.indices(reported)
              own = torch.log_softmax(torch.index_select(y, 0, rows), -1)
              likely = s.best(own, {REPORTED})
              _6 = torch.append(results, s.out(likely[1]))
              _7 = torch.append(results, s.out(likely[0]))
            s.kept = [y, torch.sub(scaled, normalizer), found[1], own]
          return results
        def row(s: __torch__.Decoder, i: int) -> List[Tensor]:
          return [s.out(torch.select(s.kept[0], 0, i))]
        def logprob(s: __torch__.Decoder, i: int, id: int) -> float:
          return float(torch.item(torch.select(torch.select(s.kept[3], 0, i), 0, id)))
        def tail(s: __torch__.Decoder, i: int, candidates: int, mass: float) -> int:
          p = torch.exp(torch.to(torch.select(s.kept[1], 0, i), 7))
          ids = torch.narrow(torch.select(s.kept[2], 0, i), 0, 0, candidates)
          _0 = torch.index_fill_(p, 0, ids, 0)
          possible = torch.flatten(torch.nonzero(torch.gt(p, 0)))
          if torch.eq(torch.numel(possible), 0):
            drawn = int(torch.item(torch.select(ids, 0, 0)))
          else:
            sums = torch.cumsum(torch.index_select(p, 0, possible), 0)
            place = int(torch.item(torch.searchsorted(sums, mass, right=True)))
            last = torch.numel(possible) - 1
            drawn = int(torch.item(torch.select(possible, 0, ops.prim.min(place, last))))
          return drawn
      """;
}
