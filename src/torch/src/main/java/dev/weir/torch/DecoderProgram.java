package dev.weir.torch;

import dev.weir.engine.LanguageModel;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.DynamicNtk;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.ModelConfig.Grid;
import dev.weir.text.ModelConfig.Rope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the TorchScript program of a decoder-only transformer.
 *
 * <p>The text holds only what the model needs: sizes are literals, and what a family lacks is
 * absent. Names in the text: N tokens of the step, H query heads, K key and value heads, G = H / K,
 * D head size, T time.
 */
final class DecoderProgram {
  static final String CLASS_NAME = "Decoder";

  /** Integers that describe one segment to the program; see {@link StepPlan}. */
  static final int SEGMENT_FIELDS = 6;

  private final ModelConfig config;
  private final Arithmetic arithmetic;
  private final DecoderLayout layout;
  private final List<Integer> windows;

  DecoderProgram(ModelConfig config, Arithmetic arithmetic) {
    this.config = config;
    this.arithmetic = arithmetic;
    this.layout = DecoderLayout.of(config);
    this.windows = config.slidingWindows().stream().distinct().sorted().toList();
  }

  /** Attributes of the module, in the order of their declaration. */
  Map<String, String> listAttributes() {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("vectors", "Tensor"); // norms, biases, frequencies
    attributes.put("tables", "Tensor"); // token embedding, position embedding
    attributes.put("linears", arithmetic.linearType());
    attributes.put("staged", "Tensor"); // the matrix that is being loaded
    attributes.put("kept", "Tensor"); // rows of the last step; see LogitsProgram
    attributes.put("cache", "Tensor"); // keys and values of layer i at 2 i and 2 i + 1
    return attributes;
  }

  /** The methods' source. */
  String source() {
    String text =
        String.join(
            "",
            LOADING,
            arithmetic.methods(),
            norm(),
            RESERVE,
            masks(),
            rotation(),
            ATTENTION,
            layer(),
            LogitsProgram.source(config.vocabulary()),
            step());
    for (Map.Entry<String, String> constant : constants().entrySet()) {
      text = text.replace("{" + constant.getKey() + "}", constant.getValue());
    }
    return text;
  }

  private Map<String, String> constants() {
    Map<String, String> constants = new LinkedHashMap<>();
    constants.put("LAYERS", Integer.toString(config.layers()));
    constants.put("HIDDEN", Integer.toString(config.hidden()));
    constants.put("HEADS", Integer.toString(config.heads()));
    constants.put("KV", Integer.toString(config.kvHeads()));
    constants.put("GROUP", Integer.toString(config.heads() / config.kvHeads()));
    constants.put("ROTATED_HEADS", Integer.toString(config.heads() + config.kvHeads()));
    constants.put("ALL_HEADS", Integer.toString(config.heads() + 2 * config.kvHeads()));
    constants.put("D", Integer.toString(config.headSize()));
    constants.put("ATTENDED", Integer.toString(config.heads() * config.headSize()));
    constants.put("EPSILON", Double.toString(config.normEpsilon()));
    constants.put("MASKS", Integer.toString(windows.size()));
    constants.put("DEVICE", "torch.device(\"" + arithmetic.device() + "\")");
    constants.put("CPU", "torch.device(\"cpu\")");
    constants.put("CACHE", Integer.toString(arithmetic.cacheType()));
    constants.put("BLOCK", Integer.toString(LanguageModel.BLOCK_TOKENS));
    constants.put("SEGMENT", Integer.toString(SEGMENT_FIELDS));
    return constants;
  }

  private static final String LOADING =
      """
        def stage(s: __torch__.Decoder, rows: int, columns: int) -> int:
          s.staged = [torch.empty([rows, columns], dtype=6, device={CPU})]
          return rows
        def fill(s: __torch__.Decoder, chunk: Tensor, row: int) -> int:
          part = torch.narrow(s.staged[0], 0, row, torch.size(chunk, 0))
          _0 = torch.copy_(part, chunk)
          return row
        def fill_transposed(s: __torch__.Decoder, chunk: Tensor, column: int) -> int:
          part = torch.narrow(s.staged[0], 1, column, torch.size(chunk, 0))
          _0 = torch.copy_(part, torch.t(chunk))
          return column
        def keep_vector(s: __torch__.Decoder) -> int:
          vector = torch.reshape(s.staged[0], [-1])
          _0 = torch.append(s.vectors, torch.to(vector, {DEVICE}, 6))
          return torch.len(s.vectors)
        def release(s: __torch__.Decoder) -> int:
          s.staged = annotate(List[Tensor], [])
          return 0
      """;

  /** The cache is [blocks, K, 16, D], so that what a head has in a block lies together. */
  private static final String RESERVE =
      """
        def reserve(s: __torch__.Decoder, blocks: int) -> int:
          for i in range({LAYERS} * 2):
            fresh = torch.zeros([blocks, {KV}, {BLOCK}, {D}], dtype={CACHE}, device={DEVICE})
            if torch.lt(i, torch.len(s.cache)):
              old = s.cache[i]
              _0 = torch.copy_(torch.narrow(fresh, 0, 0, torch.size(old, 0)), old)
              _1 = torch._set_item(s.cache, i, fresh)
            else:
              _2 = torch.append(s.cache, fresh)
          return blocks
      """;

  private String norm() {
    if (config.family() == Family.GPT2) {
      return """
        def norm(s: __torch__.Decoder, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
          return torch.layer_norm(x, [{HIDDEN}], weight, bias, {EPSILON})
      """;
    }
    return arithmetic.gpu() ? RMS_NORM_IN_ONE : RMS_NORM;
  }

  /** Faster on a CPU than libtorch's own, which squares every element in memory. */
  static final String RMS_NORM =
      """
        def norm(s: __torch__.Decoder, x: Tensor, weight: Tensor) -> Tensor:
          length = torch.linalg_vector_norm(x, 2, [-1], True)
          mean = torch.div(torch.mul(length, length), torch.size(x, -1))
          return torch.mul(torch.mul(x, torch.rsqrt(torch.add(mean, {EPSILON}))), weight)
      """;

  /** One kernel since libtorch 2.9 rather than seven; heads have a weight each, [heads, D]. */
  static final String RMS_NORM_IN_ONE =
      """
        def norm(s: __torch__.Decoder, x: Tensor, weight: Tensor) -> Tensor:
          if torch.eq(torch.dim(weight), 1):
            result = torch.rms_norm(x, [torch.size(x, -1)], weight, {EPSILON})
          else:
            result = torch.mul(torch.rms_norm(x, [torch.size(x, -1)], None, {EPSILON}), weight)
          return result
      """;

  /**
   * A mask for each segment and each window, and which rows of the cache, of 16 positions of a
   * head, its keys and values are. A mask is empty where every query sees all of low..end, or the
   * whole sequence causally.
   */
  private String masks() {
    StringBuilder text = new StringBuilder(MASK);
    text.append(
        "  def masks(s: __torch__.Decoder, position: Tensor, segments: List[int])"
            + " -> List[Tensor]:\n"
            + "    found = annotate(List[Tensor], [])\n"
            + "    for g in range(torch.floordiv(torch.len(segments), {SEGMENT})):\n");
    for (int window : windows) {
      text.append(
          "      _%d = torch.append(found, s.mask(position, segments, g, %d))\n"
              .formatted(window, window));
    }
    text.append("    return found\n");
    text.append(
        "  def gathers(s: __torch__.Decoder, table: Tensor, segments: List[int])"
            + " -> List[Tensor]:\n"
            + "    found = annotate(List[Tensor], [])\n"
            + "    for g in range(torch.floordiv(torch.len(segments), {SEGMENT})):\n");
    for (int window : windows) {
      text.append(
          "      _%d = torch.append(found, s.gather(table, segments, g, %d))\n"
              .formatted(window, window));
    }
    return text.append("    return found\n").toString();
  }

  private static final String MASK =
      """
        def low(s: __torch__.Decoder, first: int, window: int) -> int:
          lowest = 0
          if torch.gt(window, 0):
            lowest = ops.prim.max(0, first - window + 1)
          return lowest
        def gather(s: __torch__.Decoder, table: Tensor, segments: List[int], g: int, window: int) -> Tensor:
          sequences = segments[g * {SEGMENT} + 1]
          lowest = s.low(segments[g * {SEGMENT} + 3], window)
          width = torch.floordiv(segments[g * {SEGMENT} + 4] + {BLOCK} - 1, {BLOCK})
          skipped = torch.floordiv(lowest, {BLOCK})
          blocks = torch.narrow(table, 0, segments[g * {SEGMENT} + 5], sequences * width)
          blocks = torch.narrow(torch.view(blocks, [sequences, 1, width]), 2, skipped, width - skipped)
          head = torch.view(torch.arange({KV}, dtype=4, device={DEVICE}), [1, -1, 1])
          return torch.flatten(torch.add(torch.mul(blocks, {KV}), head))
        def mask(s: __torch__.Decoder, position: Tensor, segments: List[int], g: int, window: int) -> Tensor:
          row = segments[g * {SEGMENT}]
          sequences = segments[g * {SEGMENT} + 1]
          tokens = segments[g * {SEGMENT} + 2]
          first = segments[g * {SEGMENT} + 3]
          end = segments[g * {SEGMENT} + 4]
          rows = sequences * tokens
          causal = False
          if torch.gt(tokens, 1):
            if torch.eq(first, 0):
              if torch.eq(window, 0):
                causal = True
              else:
                causal = torch.le(end, window)
          if causal:
            result = torch.empty([0], dtype={CACHE}, device={DEVICE})
          elif torch.eq(rows, 1):
            result = torch.empty([0], dtype={CACHE}, device={DEVICE})
          else:
            query = torch.unsqueeze(torch.narrow(position, 0, row, rows), 1)
            time = torch.unsqueeze(torch.arange(s.low(first, window), end, dtype=4, device={DEVICE}), 0)
            hidden = torch.gt(time, query)
            if torch.gt(window, 0):
              hidden = torch.bitwise_or(hidden, torch.le(time, torch.sub(query, window)))
            visible = torch.zeros([rows, torch.size(time, 1)], dtype={CACHE}, device={DEVICE})
            result = torch.masked_fill(visible, hidden, -inf)
            if torch.eq(tokens, 1):
              heads = torch.expand(torch.unsqueeze(result, 1), [-1, {KV}, -1])
              result = torch.unsqueeze(torch.flatten(heads, 0, 1), 1)
          return result
      """;

  /** cos + i sin of every token and pair: [N, 1, pairs] complex; of no use where none rotates. */
  private String rotation() {
    Rope rope = config.rope();
    String head =
        "  def rotation(s: __torch__.Decoder, position: Tensor, length: Tensor) -> Tensor:\n";
    if (rope == null) {
      return head + "    return position\n";
    }
    String frequencies = frequencies(rope);
    return head
        + frequencies
        + """
            angle = torch.mul(torch.unsqueeze(torch.to(position, 6), 1), frequency)
            turn = torch.polar(torch.full_like(angle, %s), angle)
            return torch.unsqueeze(turn, 1)
        """
            .formatted(rope.attentionFactor());
  }

  private String frequencies(Rope rope) {
    int pairs = rope.inverseFrequencies().size();
    int rotated = 2 * pairs;
    DynamicNtk dynamic = rope.dynamic();
    if (dynamic != null) {
      // Base and exponent in float64: a base of a million to a high power loses digits otherwise.
      return """
          tokens = torch.clamp_min(torch.to(length, 7), %1$d)
          growth = torch.sub(torch.mul(tokens, %2$s), %3$s)
          base = torch.unsqueeze(torch.mul(torch.pow(growth, %4$s), %5$s), 1)
          exponent = torch.div(torch.arange(0, %6$d, 2, dtype=7, device={DEVICE}), %6$d)
          frequency = torch.to(torch.reciprocal(torch.pow(base, exponent)), 6)
      """
          .formatted(
              rope.originalContextLength(),
              dynamic.factor() / rope.originalContextLength(),
              dynamic.factor() - 1,
              rotated / (rotated - 2.0),
              dynamic.base(),
              rotated);
    }
    String shortFrequency = layout.modelVector("frequencies");
    if (rope.longInverseFrequencies().isEmpty()) {
      return "    frequency = torch.unsqueeze(%s, 0)\n".formatted(shortFrequency);
    }
    return "    beyond = torch.unsqueeze(torch.gt(length, %d), 1)\n"
            .formatted(rope.originalContextLength())
        + "    frequency = torch.where(beyond, %s, %s)\n"
            .formatted(layout.modelVector("long_frequencies"), shortFrequency);
  }

  private static final String ATTENTION =
      """
        def decode(s: __torch__.Decoder, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
          turned = torch.transpose(key, 1, 2)
          if torch.eq(torch.numel(mask), 0):
            scores = torch.bmm(query, turned)
          else:
            scores = torch.baddbmm(mask, query, turned)
          return torch.bmm(torch.softmax(scores, -1), value)
        def prefill(s: __torch__.Decoder, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
          heads = torch.permute(torch.reshape(query, [-1, {KV}, {GROUP}, {D}]), [1, 2, 0, 3])
          keys = torch.expand(torch.unsqueeze(key, 1), [-1, {GROUP}, -1, -1])
          values = torch.expand(torch.unsqueeze(value, 1), [-1, {GROUP}, -1, -1])
          if torch.eq(torch.numel(mask), 0):
            mixed = torch.scaled_dot_product_attention(heads, keys, values, None, 0., True, scale=1.)
          else:
            mixed = torch.scaled_dot_product_attention(heads, keys, values, mask, 0., False, scale=1.)
          return torch.reshape(torch.permute(mixed, [2, 0, 1, 3]), [-1, {ATTENDED}])
        def positions(s: __torch__.Decoder, cache: Tensor, rows: Tensor, sequences: int, lowest: int, end: int) -> Tensor:
          found = torch.index_select(torch.view(cache, [-1, {BLOCK} * {D}]), 0, rows)
          return torch.narrow(torch.view(found, [sequences * {KV}, -1, {D}]), 1, torch.remainder(lowest, {BLOCK}), end - lowest)
        def attend(s: __torch__.Decoder, query: Tensor, key_cache: Tensor, value_cache: Tensor, masks: List[Tensor], gathers: List[Tensor], kind: int, window: int, segments: List[int]) -> Tensor:
          parts = annotate(List[Tensor], [])
          for g in range(torch.floordiv(torch.len(segments), {SEGMENT})):
            row = segments[g * {SEGMENT}]
            sequences = segments[g * {SEGMENT} + 1]
            tokens = segments[g * {SEGMENT} + 2]
            lowest = s.low(segments[g * {SEGMENT} + 3], window)
            end = segments[g * {SEGMENT} + 4]
            gathered = gathers[g * {MASKS} + kind]
            key = s.positions(key_cache, gathered, sequences, lowest, end)
            value = s.positions(value_cache, gathered, sequences, lowest, end)
            rows = torch.narrow(query, 0, row, sequences * tokens)
            mask = masks[g * {MASKS} + kind]
            if torch.eq(tokens, 1):
              grouped = torch.reshape(rows, [-1, {GROUP}, {D}])
              part = torch.reshape(s.decode(grouped, key, value, mask), [-1, {ATTENDED}])
            else:
              part = s.prefill(rows, key, value, mask)
            _0 = torch.append(parts, part)
          if torch.eq(torch.len(parts), 1):
            mixed = parts[0]
          else:
            mixed = torch.cat(parts)
          return mixed
      """;

  private String layer() {
    StringBuilder text = new StringBuilder();
    text.append(
        "  def layer(s: __torch__.Decoder, x: Tensor, i: int, kind: int, window: int,"
            + " turn: Tensor, place: Tensor, masks: List[Tensor], gathers: List[Tensor],"
            + " segments: List[int])"
            + " -> Tensor:\n");
    line(text, "y = %s", normed("x", "first_norm"));
    line(text, "y = %s", linear("y", "qkv"));
    line(text, "heads = torch.view(y, [-1, {ALL_HEADS}, {D}])");
    line(text, "rotated = torch.narrow(heads, 1, 0, {ROTATED_HEADS})");
    widen(text, "rotated");
    if (config.queryKeyNorm()) {
      line(
          text,
          "rotated = s.norm(rotated, torch.view(%s, [-1, {D}]))",
          layout.layerVector("head_norm"));
    }
    text.append(rotate());
    cast(text, "rotated");
    line(text, "key = torch.narrow(rotated, 1, {HEADS}, {KV})");
    line(text, "value = torch.narrow(heads, 1, {ROTATED_HEADS}, {KV})");
    cast(text, "value");
    line(text, "keys = s.cache[i * 2]");
    line(text, "values = s.cache[i * 2 + 1]");
    // One scatter for all sequences; place holds the row of each token and head.
    for (String side : List.of("key", "value")) {
      line(
          text,
          "_%1$s = torch.index_copy_(torch.view(%1$ss, [-1, {D}]), 0, place,"
              + " torch.reshape(%1$s, [-1, {D}]))",
          side);
    }
    line(text, "query = torch.narrow(rotated, 1, 0, {HEADS})");
    line(text, "mixed = s.attend(query, keys, values, masks, gathers, kind, window, segments)");
    line(text, "x = torch.add(x, %s)", linear("mixed", "attention_output"));
    line(text, "y = %s", normed("x", "second_norm"));
    text.append(feedForward());
    return line(text, "return torch.add(x, y)").toString();
  }

  private String rotate() {
    Rope rope = config.rope();
    if (rope == null) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    int rotated = 2 * rope.inverseFrequencies().size();
    boolean whole = rotated == config.headSize();
    if (!whole) {
      line(text, "still = torch.narrow(rotated, 2, %d, {D} - %d)", rotated, rotated);
      line(text, "rotated = torch.narrow(rotated, 2, 0, %d)", rotated);
    }
    // Pairs lie side by side (the loader sees to it), so a rotation is one complex product.
    line(text, "pairs = torch.reshape(rotated, [-1, {ROTATED_HEADS}, %d, 2])", rotated / 2);
    line(text, "pairs = torch.view_as_real(torch.mul(torch.view_as_complex(pairs), turn))");
    line(text, "rotated = torch.flatten(pairs, 2)");
    if (!whole) {
      line(text, "rotated = torch.cat([rotated, still], 2)");
    }
    return text.toString();
  }

  private String feedForward() {
    String activation =
        switch (config.activation()) {
          case SILU -> "torch.silu(%s)";
          case GELU -> "torch.gelu(%s)";
          case GELU_TANH -> "torch.gelu(%s, approximate=\"tanh\")";
        };
    StringBuilder text = new StringBuilder();
    line(text, "y = %s", linear("y", "feed_forward"));
    widen(text, "y");
    if (layout.gated()) {
      line(text, "gate, up = torch.chunk(y, 2, -1)");
      line(text, "y = torch.mul(%s, up)", activation.formatted("gate"));
    } else {
      line(text, "y = %s", activation.formatted("y"));
    }
    return line(text, "y = %s", linear("y", "feed_forward_output")).toString();
  }

  private String step() {
    return STEP.replace("{embedding}", embedding())
        .replace("{grid}", grid())
        .replace("{WINDOWS}", config.slidingWindows().toString())
        .replace(
            "{KINDS}", config.slidingWindows().stream().map(windows::indexOf).toList().toString())
        .replace(
            "{final_norm}",
            String.join(
                ", ",
                layout.modelVectors().stream()
                    .filter(name -> name.startsWith("final_norm"))
                    .map(layout::modelVector)
                    .toList()));
  }

  private static final String STEP =
      """
        def step(s: __torch__.Decoder, tokens: List[int], positions: List[int], before: List[int], lengths: List[int], places: List[int], begun: List[int], segments: List[int], tables: List[int], outputs: List[int], edited: List[int], bias: List[float], repetition: List[float], reduction: List[float], masked: List[int], allowed: List[int], sampled: List[int], temperatures: List[float], candidates: int, entropy: int, reported: List[int]) -> List[Tensor]:
          ids = torch.tensor(tokens, dtype=4, device={DEVICE})
          position = torch.tensor(positions, dtype=4, device={DEVICE})
          turn = s.rotation(position, torch.tensor(lengths, dtype=4, device={DEVICE}))
          written = torch.tensor(places, dtype=4, device={DEVICE})
          block = torch.mul(torch.floor_divide(written, {BLOCK}), {KV} * {BLOCK})
          head = torch.mul(torch.arange({KV}, dtype=4, device={DEVICE}), {BLOCK})
          first = torch.unsqueeze(torch.add(block, torch.remainder(written, {BLOCK})), 1)
          place = torch.flatten(torch.add(first, torch.unsqueeze(head, 0)))
          if torch.gt(torch.len(begun), 0):
            fresh = torch.tensor(begun, dtype=4, device={DEVICE})
            for i in range(torch.len(s.cache)):
              _4 = torch.index_fill_(s.cache[i], 0, fresh, 0)
          masks = s.masks(position, segments)
          gathers = s.gathers(torch.tensor(tables, dtype=4, device={DEVICE}), segments)
          windows = {WINDOWS}
          kinds = {KINDS}
          x = {embedding}
      {grid}    for i in range({LAYERS}):
            x = s.layer(x, i, kinds[i], windows[i], turn, place, masks, gathers, segments)
          results = annotate(List[Tensor], [])
          if torch.gt(torch.len(outputs), 0):
            wanted = torch.index_select(x, 0, torch.tensor(outputs, dtype=4, device={DEVICE}))
            y = torch.to(s.linear(s.norm(wanted, {final_norm}), 0), 6)
            results = s.query(y, edited, bias, repetition, reduction, masked, allowed, sampled, temperatures, candidates, entropy, reported)
          return results
      """;

  private String embedding() {
    String tokens = "torch.to(torch.embedding(s.tables[0], ids), 6)";
    return layout.learnedPositions()
        ? "torch.add(%s, torch.to(torch.embedding(s.tables[1], position), 6))".formatted(tokens)
        : tokens;
  }

  /** What the positions that predict a cell have beside their tokens; see {@link Grid}. */
  private String grid() {
    Grid grid = config.grid();
    if (grid == null) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    line(text, "cell = torch.sub(position, %d)", grid.prefix() - 1);
    line(text, "predicting = torch.unsqueeze(torch.to(torch.ge(cell, 0), 6), 1)");
    line(text, "cell = torch.clamp(cell, 0, %d)", grid.cells() - 1);
    line(text, "above = torch.tensor(before, dtype=4, device={DEVICE})");
    // What lies before the first row's cells is the prefix, and what only a prefix holds is no
    // cell.
    line(
        text,
        "none = torch.bitwise_or(torch.lt(cell, %d), torch.ge(above, %d))",
        grid.side(),
        config.vocabulary());
    line(text, "above = torch.masked_fill(above, none, %d)", config.vocabulary());
    line(text, "added = torch.to(torch.embedding(s.tables[1], above), 6)");
    line(
        text,
        "added = torch.add(added, torch.to(torch.embedding(s.tables[2],"
            + " torch.floor_divide(cell, %d)), 6))",
        grid.side());
    line(
        text,
        "added = torch.add(added, torch.to(torch.embedding(s.tables[3],"
            + " torch.remainder(cell, %d)), 6))",
        grid.side());
    return line(text, "x = torch.add(x, torch.mul(added, predicting))").toString();
  }

  private String normed(String x, String name) {
    return layout.layerNorm()
        ? "s.norm(%s, %s, %s)"
            .formatted(x, layout.layerVector(name), layout.layerVector(name + "_bias"))
        : "s.norm(%s, %s)".formatted(x, layout.layerVector(name));
  }

  private String linear(String x, String name) {
    String product = "s.linear(%s, %s)".formatted(x, layout.linear(name));
    String bias = name + "_bias";
    return layout.hasVector(bias)
        ? "torch.add(%s, %s)".formatted(product, layout.layerVector(bias))
        : product;
  }

  private void widen(StringBuilder text, String name) {
    if (arithmetic.narrowResults()) {
      line(text, "%1$s = torch.to(%1$s, 6)", name);
    }
  }

  private void cast(StringBuilder text, String name) {
    if (arithmetic.cacheType() != Arithmetic.FLOAT32 || arithmetic.narrowResults()) {
      line(text, "%1$s = torch.to(%1$s, {CACHE})", name);
    }
  }

  private static StringBuilder line(StringBuilder text, String format, Object... values) {
    return text.append("    ").append(format.formatted(values)).append('\n');
  }
}
