package dev.weir.torch.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import dev.weir.torch.DeviceProbe;
import dev.weir.torch.TorchModule;
import dev.weir.torch.train.TrainingProgram.Kind;
import dev.weir.torch.train.TrainingProgram.Method;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A network that learns: a program with its weights, moments and average in libtorch. One thread at
 * a time may use it. What a step gives depends on the state and its inputs alone, to the bit, on
 * one machine with one number of threads.
 */
public final class TrainableModule implements AutoCloseable {
  /** Which weights compute. */
  public enum Weights {
    /** Those of the last step. */
    LAST,
    /** Their exponential moving average. */
    AVERAGED
  }

  private final TrainingProgram program;
  private final AdamW optimizer;
  private final TorchModule module;
  private long steps;
  private boolean frozen;

  private TrainableModule(TrainingProgram program, AdamW optimizer, TorchModule module) {
    this.program = program;
    this.optimizer = optimizer;
    this.module = module;
  }

  /**
   * Opens a program with its initial weights. The owner closes it even when the process ends.
   *
   * @param bfloat16 matrices are multiplied in bfloat16; weights, sums and losses stay float32
   * @param seed of the initial weights
   */
  public static TrainableModule open(
      TrainingProgram program, AdamW optimizer, boolean bfloat16, long seed) {
    return open(program, optimizer, bfloat16, seed, "cpu");
  }

  /**
   * Opens a program on a device.
   *
   * @param device {@code cpu}, or {@code cuda:0} and so on
   * @throws IllegalArgumentException if libtorch cannot compute on it
   */
  public static TrainableModule open(
      TrainingProgram program, AdamW optimizer, boolean bfloat16, long seed, String device) {
    DeviceProbe.check(device);
    TorchModule module =
        TorchModule.load(
            TrainingSource.CLASS_NAME,
            TrainingSource.listAttributes(),
            new TrainingSource(program, bfloat16, device).source());
    module.closesInOrder();
    TrainableModule opened = new TrainableModule(program, optimizer, module);
    float[] initial = new float[program.size()];
    float[] decayed = new float[program.size()];
    int offset = 0;
    for (Parameter parameter : program.parameters()) {
      System.arraycopy(parameter.initialValues(seed), 0, initial, offset, parameter.elements());
      Arrays.fill(decayed, offset, offset + parameter.elements(), parameter.decayed() ? 1 : 0);
      offset += parameter.elements();
    }
    float[] zeros = new float[program.size()];
    opened.write("allocate", List.of(initial, zeros, zeros, initial, decayed));
    return opened;
  }

  /** Steps made; those that were not finite are not. */
  public long steps() {
    return steps;
  }

  /**
   * Takes a step, unless loss or gradient are not finite: then nothing changes.
   *
   * @throws IllegalStateException if it is frozen
   */
  public StepReport step(Map<String, HostTensor> inputs, double learningRate) {
    checkLearns();
    double[] settings = optimizer.settings(steps, learningRate);
    float[] found = call("step", program.loss(), inputs, settings).getFirst().values();
    StepReport report = new StepReport(found[0], parts(found), found[program.parts().size()]);
    if (report.finite()) {
      steps++;
    }
    return report;
  }

  /**
   * The parts of the loss, without a gradient.
   *
   * @throws IllegalStateException if it is frozen and these are not the averaged weights
   */
  public Map<String, Double> evaluate(Map<String, HostTensor> inputs, Weights weights) {
    List<HostTensor.Floats> found = call("call_loss", program.loss(), inputs, which(weights));
    float[] values = new float[found.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = found.get(i).values()[0];
    }
    return parts(values);
  }

  /**
   * The loss's gradient with respect to each parameter, by its name.
   *
   * @throws IllegalStateException if it is frozen
   */
  public Map<String, HostTensor.Floats> gradient(Map<String, HostTensor> inputs) {
    checkLearns();
    float[] flat = call("gradient", program.loss(), inputs).get(1).values();
    Map<String, HostTensor.Floats> gradient = new LinkedHashMap<>();
    int offset = 0;
    for (Parameter parameter : program.parameters()) {
      gradient.put(
          parameter.name(),
          new HostTensor.Floats(
              parameter.shape(), Arrays.copyOfRange(flat, offset, offset + parameter.elements())));
      offset += parameter.elements();
    }
    return gradient;
  }

  /**
   * Calls one of the program's further methods.
   *
   * @throws IllegalStateException if it is frozen and these are not the averaged weights
   */
  public List<HostTensor.Floats> call(
      String method, Map<String, HostTensor> inputs, Weights weights) {
    Method called = program.methods().get(method);
    if (called == null) {
      throw new IllegalArgumentException(
          "%s has no method %s, but %s"
              .formatted(program.name(), method, program.methods().keySet()));
    }
    return call("call_own_" + method, called, inputs, which(weights));
  }

  /**
   * A copy of all that the next step depends on.
   *
   * @throws IllegalStateException if it is frozen
   */
  public TrainingState state() {
    checkLearns();
    List<float[]> vectors = new ArrayList<>();
    for (int vector = 0; vector < TrainingState.VECTORS.size(); vector++) {
      vectors.add(read(vector));
    }
    return TrainingState.of(steps, program.parameters(), vectors);
  }

  /**
   * Goes on from a state.
   *
   * @throws IllegalArgumentException if it is one of another program
   * @throws IllegalStateException if it is frozen
   */
  public void load(TrainingState state) {
    checkLearns();
    write("write", state.vectors(program.parameters()));
    steps = state.steps();
  }

  /**
   * Ends its learning: from now on it is only called, with the averaged weights. What only a step
   * needs is freed, and the weights of convolutions are laid out for pictures whose channels lie
   * side by side, which else every call does.
   */
  public void freeze() {
    if (!frozen) {
      try (NDManager scope = module.newScope()) {
        module.runForTensors(scope, "freeze");
      }
      frozen = true;
    }
  }

  /** Tensors in native memory beside the module's own; 0 between calls. */
  public int liveTensors() {
    return module.liveTensors();
  }

  @Override
  public void close() {
    module.close();
  }

  private void checkLearns() {
    if (frozen) {
      throw new IllegalStateException(
          program.name() + " is frozen: only its averaged weights are left");
    }
  }

  private double[] which(Weights weights) {
    if (weights != Weights.AVERAGED) {
      checkLearns();
    }
    return new double[] {weights == Weights.AVERAGED ? 1 : 0};
  }

  private Map<String, Double> parts(float[] values) {
    Map<String, Double> parts = new LinkedHashMap<>();
    for (int i = 0; i < program.parts().size(); i++) {
      parts.put(program.parts().get(i), (double) values[i]);
    }
    return parts;
  }

  private float[] read(int vector) {
    try (NDManager scope = module.newScope()) {
      return copy(module.runForTensors(scope, "read", vector).singletonOrThrow()).values();
    }
  }

  private void write(String method, List<float[]> vectors) {
    try (NDManager scope = module.newScope()) {
      List<NDArray> arrays = new ArrayList<>();
      vectors.forEach(vector -> arrays.add(scope.create(vector)));
      inGradientMode(() -> module.runWithGradients(scope, method, arrays));
    }
  }

  /** Calls a method with its inputs as a list, and a few numbers behind them. */
  private List<HostTensor.Floats> call(
      String name, Method method, Map<String, HostTensor> inputs, double... numbers) {
    if (!method.inputs().keySet().equals(inputs.keySet())) {
      throw new IllegalArgumentException(
          "%s takes %s, not %s".formatted(name, method.inputs().keySet(), inputs.keySet()));
    }
    try (NDManager scope = module.newScope()) {
      List<NDArray> list = new ArrayList<>();
      method.inputs().forEach((input, kind) -> list.add(array(scope, input, kind, inputs)));
      NDArray[] rest = numbers.length == 0 ? new NDArray[0] : new NDArray[] {scope.create(numbers)};
      NDList results = inGradientMode(() -> module.runWithGradients(scope, name, list, rest));
      return results.stream().map(TrainableModule::copy).toList();
    }
  }

  private static NDArray array(
      NDManager scope, String name, Kind kind, Map<String, HostTensor> inputs) {
    return switch (inputs.get(name)) {
      case HostTensor.Integers(List<Integer> shape, int[] values) when kind == Kind.INTEGERS ->
          scope.create(values, shape(shape));
      case HostTensor.Floats(List<Integer> shape, float[] values) when kind == Kind.FLOATS ->
          scope.create(values, shape(shape));
      case HostTensor.Integers _, HostTensor.Floats _ ->
          throw new IllegalArgumentException("%s takes %s".formatted(name, kind));
      case null -> throw new IllegalArgumentException("no " + name);
    };
  }

  private static Shape shape(List<Integer> sizes) {
    return new Shape(sizes.stream().mapToLong(Integer::longValue).toArray());
  }

  private static HostTensor.Floats copy(NDArray array) {
    FloatBuffer floats = array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    float[] values = new float[floats.remaining()];
    floats.get(values);
    List<Integer> shape =
        Arrays.stream(array.getShape().getShape()).mapToObj(Math::toIntExact).toList();
    return new HostTensor.Floats(shape, values);
  }

  /**
   * libtorch's modes are those of a thread, and programs leave the gradient's mode as they like: it
   * is put back. The optimiser of graphs is off because it picks other sums after some calls.
   */
  private static <T> T inGradientMode(Supplier<T> call) {
    boolean before = JniUtils.isGradMode();
    JniUtils.setGraphExecutorOptimize(false);
    try {
      return call.get();
    } finally {
      JniUtils.setGradMode(before);
    }
  }
}
