package dev.weir.torch.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network and its loss, as TorchScript text.
 *
 * <p>Texts are in the dialect of TorchScript archives: functions of {@code torch}, no operators on
 * tensors. {@code {NAME}} stands for the parameter of that name; a function that uses parameters
 * has {@code w: List[Tensor]} among its arguments and is called with {@code w}. The functions
 * {@code s.product(x, w)} (x [.., in], w [out, in]) and {@code s.batched(x, y)} (matrices of a
 * batch) multiply in the arithmetic that the module is opened with, and give float32; {@code
 * s.narrow_product(x, w)} stays in that arithmetic, which costs half the memory traffic where it is
 * multiplied again; {@code s.narrow(x)} is x in it. Tensors that a program makes have {@code
 * device={DEVICE}}.
 *
 * @param name of the network; one in a checkpoint's folder
 * @param parameters in the order in which state lies
 * @param parts what the loss consists of; the first one is the loss, the others are only reported
 * @param loss takes its inputs, and returns a scalar for each part
 * @param methods further ones, callable by their names
 * @param functions source of functions that the methods share, indented by two spaces, each with
 *     the first argument {@code s: __torch__.Trainer}
 */
public record TrainingProgram(
    String name,
    List<Parameter> parameters,
    List<String> parts,
    Method loss,
    Map<String, Method> methods,
    String functions) {

  public TrainingProgram {
    parameters = List.copyOf(parameters);
    parts = List.copyOf(parts);
    methods = Map.copyOf(methods);
  }

  /** The type of an input. */
  public enum Kind {
    /** {@link HostTensor.Integers}. */
    INTEGERS,
    /** {@link HostTensor.Floats}. */
    FLOATS
  }

  /**
   * The body of a method.
   *
   * @param inputs names of the tensors that it takes, in order
   * @param body lines indented by four spaces that end with the return of a list of tensors
   */
  public record Method(Map<String, Kind> inputs, String body) {
    public Method {
      inputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    }

    /** A method all of whose inputs are integers. */
    public static Method ofIntegers(List<String> inputs, String body) {
      Map<String, Kind> kinds = new LinkedHashMap<>();
      inputs.forEach(input -> kinds.put(input, Kind.INTEGERS));
      return new Method(kinds, body);
    }
  }

  /** Numbers that are learned. */
  public int size() {
    return parameters.stream().mapToInt(Parameter::elements).sum();
  }
}
