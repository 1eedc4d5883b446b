package dev.weir.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A TorchScript program in libtorch, with the tensors that it holds; public only for the packages
 * below this one.
 *
 * <p>A call is one crossing into native code. Arguments are made and freed by the call; results
 * belong to the manager that the caller passes.
 */
public final class TorchModule implements AutoCloseable {
  private final NDManager scope;
  private final PtSymbolBlock block;
  private volatile boolean closesInOrder;
  private boolean closed;

  private TorchModule(NDManager scope, PtSymbolBlock block) {
    this.scope = scope;
    this.block = block;
  }

  /** Compiles a program; see {@link TorchScriptArchive#write}. */
  public static TorchModule load(
      String className, Map<String, String> listAttributes, String methods) {
    byte[] archive = TorchScriptArchive.write(className, listAttributes, methods);
    NDManager scope = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
    try {
      // The last argument is true only for streams that begin with their length.
      PtSymbolBlock block =
          JniUtils.loadModule((PtNDManager) scope, new ByteArrayInputStream(archive), false, false);
      return new TorchModule(scope, block);
    } catch (IOException e) {
      scope.close();
      throw new UncheckedIOException(e); // a stream in memory does not fail
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /**
   * The owner closes this module in a shutdown hook: at exit its calls go on until then. Calls of
   * any other module block once the process ends.
   */
  public void closesInOrder() {
    closesInOrder = true;
    ExitGate.openedInOrder();
  }

  /** A manager for the results of some calls; closing it frees them. */
  public NDManager newScope() {
    return scope.newSubManager();
  }

  /** Tensors that scopes of this module hold. */
  public int liveTensors() {
    return scope.getManagedArrays().size();
  }

  /** Calls a method whose result is of no interest. */
  public void run(String method, Object... arguments) {
    call(method, arguments).close();
  }

  /** Calls a method that returns a float. */
  double runForDouble(String method, Object... arguments) {
    try (IValue result = call(method, arguments)) {
      return result.toDouble();
    }
  }

  /** Calls a method that returns an integer. */
  long runForLong(String method, Object... arguments) {
    try (IValue result = call(method, arguments)) {
      return result.toLong();
    }
  }

  /** Calls a method that returns one float32 tensor in a list, and copies it. */
  void readFloats(float[] into, String method, Object... arguments) {
    try (NDManager call = newScope()) {
      runForTensors(call, method, arguments)
          .singletonOrThrow()
          .toByteBuffer(true)
          .order(ByteOrder.nativeOrder())
          .asFloatBuffer()
          .get(into);
    }
  }

  /** Calls a method that returns a list of tensors, which {@code owner} owns from then on. */
  public NDList runForTensors(NDManager owner, String method, Object... arguments) {
    try (IValue result = call(method, arguments)) {
      return result.toNDList((PtNDManager) owner);
    }
  }

  /**
   * Calls a method in which gradients can be taken, which {@link #run} and its like do not let it.
   *
   * @param owner owns the results, a list of tensors, from then on
   * @param inputs the first argument, a list; not empty
   * @param rest further arguments
   */
  public NDList runWithGradients(
      NDManager owner, String method, List<NDArray> inputs, NDArray... rest) {
    NDArray name = owner.create(0f); // names of arrays are DJL's way to say what they are for
    name.setName("module_method:" + method);
    NDList arguments = new NDList(name);
    for (NDArray input : inputs) {
      input.setName("inputs[]");
      arguments.add(input);
    }
    for (int i = 0; i < rest.length; i++) {
      rest[i].setName("argument" + i);
      arguments.add(rest[i]);
    }
    return gated(() -> IValueUtils.forward(block, arguments, true));
  }

  /**
   * Calls a method with a matrix that is read during the call only.
   *
   * @param floats direct, native byte order, rows x columns floats
   */
  void runWithMatrix(String method, ByteBuffer floats, int rows, int columns, Object... arguments) {
    try (NDManager call = newScope();
        NDArray matrix = call.create(floats, new Shape(rows, columns), DataType.FLOAT32)) {
      Object[] all = new Object[arguments.length + 1];
      all[0] = matrix;
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      run(method, all);
    }
  }

  private IValue call(String method, Object... arguments) {
    IValue[] values = new IValue[arguments.length];
    try {
      for (int i = 0; i < arguments.length; i++) {
        values[i] =
            switch (arguments[i]) {
              case Integer number -> IValue.from(number.longValue());
              case Long number -> IValue.from(number);
              case Double number -> IValue.from(number);
              case long[] list -> IValue.listFrom(list);
              case double[] list -> IValue.listFrom(list);
              case PtNDArray array -> IValue.from(array);
              default ->
                  throw new IllegalArgumentException(
                      "no such argument: " + arguments[i].getClass());
            };
      }
      return gated(() -> IValueUtils.runMethod(block, method, values));
    } finally {
      for (IValue value : values) {
        if (value != null) {
          value.close();
        }
      }
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    gated(() -> {
      block.close();
      scope.close();
      return true;
    });
    if (closesInOrder) {
      ExitGate.closedInOrder();
    }
  }

  private <T> T gated(Supplier<T> nativeCall) {
    return closesInOrder ? ExitGate.callInOrder(nativeCall) : ExitGate.call(nativeCall);
  }
}
