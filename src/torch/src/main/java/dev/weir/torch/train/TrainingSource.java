package dev.weir.torch.train;

import dev.weir.torch.train.TrainingProgram.Kind;
import dev.weir.torch.train.TrainingProgram.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the TorchScript program of a training step.
 *
 * <p>Weights, moments and average lie in one vector each, in which parameters are windows: the
 * optimiser is a dozen operations however many parameters there are.
 */
final class TrainingSource {
  static final String CLASS_NAME = "Trainer";

  private static final int WEIGHTS = 0;
  private static final int AVERAGE = 3;

  private static final int FLOAT32 = 6;
  private static final int BFLOAT16 = 15;

  private final TrainingProgram program;
  private final boolean bfloat16;
  private final String device;

  TrainingSource(TrainingProgram program, boolean bfloat16, String device) {
    this.program = program;
    this.bfloat16 = bfloat16;
    this.device = device;
  }

  static Map<String, String> listAttributes() {
    Map<String, String> attributes = new LinkedHashMap<>();
    // Weights, first moment, second moment, average; 1 where weights decay and 0 elsewhere.
    attributes.put("flat", "Tensor");
    attributes.put("leaves", "Tensor"); // windows of the weights that gradients are taken of
    attributes.put("averaged", "Tensor"); // the same windows of the average
    return attributes;
  }

  String source() {
    StringBuilder text = new StringBuilder(STATE);
    text.append(bind()).append(PRODUCTS).append(program.functions());
    method(text, "loss", program.loss());
    program.methods().forEach((name, method) -> method(text, "own_" + name, method));
    text.append(STEP);
    String source =
        text.toString()
            .replace("{NARROW}", Integer.toString(bfloat16 ? BFLOAT16 : FLOAT32))
            .replace("{DEVICE}", "torch.device(\"%s\")".formatted(device))
            .replace("{CPU}", "torch.device(\"cpu\")");
    List<Parameter> parameters = program.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      source = source.replace("{" + parameters.get(i).name() + "}", "w[" + i + "]");
    }
    return source;
  }

  private static final String STATE =
      """
        def allocate(s: __torch__.Trainer, vectors: List[Tensor]) -> List[Tensor]:
          for i in range(torch.len(vectors)):
            _0 = torch.append(s.flat, torch.clone(torch.to(vectors[i], {DEVICE}, 6)))
          return s.bind()
        def write(s: __torch__.Trainer, vectors: List[Tensor]) -> List[Tensor]:
          for i in range(torch.len(vectors)):
            _0 = torch.copy_(s.flat[i], vectors[i])
          return annotate(List[Tensor], [])
        def freeze(s: __torch__.Trainer) -> List[Tensor]:
          for i in range(torch.len(s.averaged)):
            if torch.eq(torch.dim(s.averaged[i]), 4):
              _0 = torch._set_item(s.averaged, i, torch.contiguous(s.averaged[i], memory_format=2))
          torch.clear(s.flat)
          torch.clear(s.leaves)
          return annotate(List[Tensor], [])
        def read(s: __torch__.Trainer, vector: int) -> List[Tensor]:
          return [torch.to(torch.clone(s.flat[vector]), {CPU}, 6)]
      """;

  /** A leaf shares the memory of its window, so that an update of the vector is one of the leaf. */
  private String bind() {
    StringBuilder text = new StringBuilder("  def bind(s: __torch__.Trainer) -> List[Tensor]:\n");
    int offset = 0;
    for (Parameter parameter : program.parameters()) {
      String window =
          "torch.view(torch.narrow(s.flat[%%d], 0, %d, %d), %s)"
              .formatted(offset, parameter.elements(), parameter.shape());
      text.append(
          "    _0 = torch.append(s.leaves, torch.requires_grad_(torch.detach(%s), True))\n"
              .formatted(window.formatted(WEIGHTS)));
      text.append(
          "    _1 = torch.append(s.averaged, torch.detach(%s))\n"
              .formatted(window.formatted(AVERAGE)));
      offset += parameter.elements();
    }
    return text.append("    return annotate(List[Tensor], [])\n").toString();
  }

  private static final String PRODUCTS =
      """
        def narrow(s: __torch__.Trainer, x: Tensor) -> Tensor:
          return torch.to(x, {NARROW})
        def narrow_product(s: __torch__.Trainer, x: Tensor, weight: Tensor) -> Tensor:
          return torch.linear(torch.to(x, {NARROW}), torch.to(weight, {NARROW}))
        def product(s: __torch__.Trainer, x: Tensor, weight: Tensor) -> Tensor:
          return torch.to(s.narrow_product(x, weight), 6)
        def batched(s: __torch__.Trainer, x: Tensor, y: Tensor) -> Tensor:
          return torch.to(torch.bmm(torch.to(x, {NARROW}), torch.to(y, {NARROW})), 6)
      """;

  /** The method itself, and a door to it that takes its inputs as a list. */
  private static void method(StringBuilder text, String name, Method method) {
    text.append("  def %s(s: __torch__.Trainer, w: List[Tensor]".formatted(name));
    method.inputs().keySet().forEach(input -> text.append(", %s: Tensor".formatted(input)));
    text.append(") -> List[Tensor]:\n").append(method.body());
    text.append(
        "  def %s_of(s: __torch__.Trainer, w: List[Tensor], inputs: List[Tensor]) -> List[Tensor]:\n"
            .formatted(name));
    text.append("    return s.%s(w".formatted(name));
    int index = 0;
    for (Kind kind : method.inputs().values()) {
      text.append(", torch.to(inputs[%d], {DEVICE}, " + (kind == Kind.INTEGERS ? "4)" : "6)"))
          .replace(text.lastIndexOf("%d"), text.lastIndexOf("%d") + 2, Integer.toString(index++));
    }
    text.append(")\n");
    text.append(
        """
          def call_%1$s(s: __torch__.Trainer, inputs: List[Tensor], average: Tensor) -> List[Tensor]:
            torch.set_grad_enabled(False)
            if bool(average):
              found = s.%1$s_of(s.averaged, inputs)
            else:
              found = s.%1$s_of(s.leaves, inputs)
            results = annotate(List[Tensor], [])
            for i in range(torch.len(found)):
              _0 = torch.append(results, torch.contiguous(torch.to(torch.detach(found[i]), {CPU}, 6)))
            return results
        """
            .formatted(name));
  }

  /**
   * The gradient that is not finite changes nothing: the trainer stops, with the weights that led
   * there.
   */
  private static final String STEP =
      """
        def gradient(s: __torch__.Trainer, inputs: List[Tensor]) -> List[Tensor]:
          torch.set_grad_enabled(True)
          parts = s.loss_of(s.leaves, inputs)
          gradients = torch.grad([parts[0]], s.leaves, None, None, False, True)
          torch.set_grad_enabled(False)
          pieces = annotate(List[Tensor], [])
          for i in range(torch.len(gradients)):
            gradient = gradients[i]
            if torch.__is__(gradient, None):
              piece = torch.zeros([torch.numel(s.leaves[i])], dtype=6, device={DEVICE})
            else:
              piece = torch.reshape(unchecked_cast(Tensor, gradient), [-1])
            _0 = torch.append(pieces, piece)
          return [torch.detach(torch.stack(parts)), torch.cat(pieces)]
        def step(s: __torch__.Trainer, inputs: List[Tensor], numbers: Tensor) -> List[Tensor]:
          settings = annotate(List[float], [])
          for i in range(torch.size(numbers, 0)):
            _0 = torch.append(settings, float(torch.select(numbers, 0, i)))
          found = s.gradient(inputs)
          g = found[1]
          norm = torch.linalg_vector_norm(g, 2)
          if bool(torch.isfinite(torch.add(norm, found[0][0]))):
            weights = s.flat[0]
            first = s.flat[1]
            second = s.flat[2]
            _1 = torch.mul_(g, torch.clamp_max(torch.div(settings[0], torch.add(norm, 1e-06)), 1.))
            if torch.gt(settings[1], 0.):
              _2 = torch.mul_(weights, torch.add(torch.mul(s.flat[4], torch.neg(settings[1])), 1.))
            _3 = torch.lerp_(first, g, settings[2])
            _4 = torch.addcmul_(torch.mul_(second, settings[3]), g, g, value=settings[4])
            root = torch.add_(torch.div_(torch.sqrt(second), settings[5]), settings[6])
            _5 = torch.addcdiv_(weights, first, root, value=torch.neg(settings[7]))
            _6 = torch.lerp_(s.flat[3], weights, settings[8])
          return [torch.to(torch.cat([found[0], torch.unsqueeze(norm, 0)]), {CPU}, 6)]
      """;
}
