package dev.weir.train;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.StepReport;
import dev.weir.torch.train.TrainableModule;
import dev.weir.train.TrainingOptions.Length;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Trains a network in a folder, which keeps its checkpoint, its learning curve and the curve's
 * picture. A run that was killed goes on from the checkpoint, and ends with the same bits as one
 * that was not, on the same machine with the same number of threads.
 *
 * <p>When the process is told to end (SIGTERM) the step under way is finished and kept.
 */
public final class Trainer {
  public static final String CHECKPOINT = "checkpoint.safetensors";
  public static final String CURVE = "curve.jsonl";
  public static final String PICTURE = "curve.svg";
  private static final String LOCK = "lock";

  /**
   * Steps that tell how long a step takes, fewer where they would take more than a share of a short
   * run. The first half does not count: it takes twice as long, while JVM and libtorch warm up.
   */
  private static final int MEASURED_STEPS = 50;

  private static final double MEASURED_SHARE = 0.25;

  /** Weight of the last step in the time of a step that the time left is told by. */
  private static final double SPEED_WEIGHT = 0.1;

  /** How long the end of the process waits for a step and a checkpoint. */
  private static final long STOP_LIMIT_S = 12;

  private final Objective objective;
  private final TrainingOptions options;
  private final Batches batches;
  private final HeldOut heldOut;
  private final Path folder;
  private final TrainingProgress.Listener listener;
  private final double[] firstSeconds = new double[MEASURED_STEPS];
  private final CountDownLatch ended = new CountDownLatch(1);
  private int measured; // steps of this run, at most MEASURED_STEPS
  private volatile boolean stopping;
  private long totalSteps;
  private double secondsPerStep;

  /**
   * Nothing happens until {@link #run}; a trainer runs once.
   *
   * @param heldOut is tried with every checkpoint and behind the last step
   */
  public Trainer(
      Objective objective,
      TrainingOptions options,
      Batches batches,
      HeldOut heldOut,
      Path folder,
      TrainingProgress.Listener listener) {
    this.objective = objective;
    this.options = options;
    this.batches = batches;
    this.heldOut = heldOut;
    this.folder = folder;
    this.listener = listener;
  }

  /**
   * Trains to the end, or until {@link #stop}.
   *
   * @return whether the end was reached
   * @throws TrainingException if the loss is not finite, and the last checkpoint stays; or if
   *     another run trains in the folder
   */
  public boolean run() throws IOException {
    Files.createDirectories(folder);
    try (FileChannel file = FileChannel.open(folder.resolve(LOCK), CREATE, WRITE)) {
      if (!lock(file)) {
        throw new TrainingException(
            folder + ": another run trains there; end it, or choose another folder");
      }
      return runAlone();
    }
  }

  /** Held until the file is closed, also by a process that is killed. */
  private static boolean lock(FileChannel file) throws IOException {
    try {
      return file.tryLock() != null;
    } catch (OverlappingFileLockException e) { // by a run of this process
      return false;
    }
  }

  private boolean runAlone() throws IOException {
    Thread hook = new Thread(this::stopAndWait, "trainer-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try (TrainableModule module =
            TrainableModule.open(
                objective.program(), options.optimizer(), options.bfloat16(), options.seed());
        LearningCurve curve = resumed(module)) {
      boolean finished = train(module, curve);
      keep(module, curve);
      return finished;
    } finally {
      ended.countDown();
      removeHook(hook);
    }
  }

  /** Time that the steps took of the run that was trained in a folder, seconds. */
  public static double seconds(Path folder) throws IOException {
    return LearningCurve.seconds(folder.resolve(CURVE));
  }

  /** Lets the step under way end and be kept; {@link #run} then returns. */
  public void stop() {
    stopping = true;
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process ends: the hook is what waits for this.
    }
  }

  private void stopAndWait() {
    stop();
    try {
      ended.await(STOP_LIMIT_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private LearningCurve resumed(TrainableModule module) throws IOException {
    totalSteps =
        switch (options.length()) {
          case Length.Steps(long steps) -> steps;
          case Length.Time _ -> 0;
        };
    Path file = folder.resolve(CHECKPOINT);
    if (Files.exists(file)) {
      Checkpoint checkpoint = Checkpoint.read(file);
      try {
        module.load(checkpoint.state());
      } catch (IllegalArgumentException e) {
        throw new TrainingException("%s is of another network: %s".formatted(file, e.getMessage()));
      }
      totalSteps = totalSteps == 0 ? checkpoint.totalSteps() : totalSteps;
    }
    return LearningCurve.open(folder.resolve(CURVE), module.steps());
  }

  private boolean train(TrainableModule module, LearningCurve curve) throws IOException {
    long started = System.nanoTime();
    while (!stopping && (totalSteps == 0 || module.steps() < totalSteps)) {
      long step = module.steps();
      double rate =
          new LearningRate(
                  options.peakRate(),
                  options.warmUpSteps(),
                  totalSteps == 0 ? Long.MAX_VALUE : totalSteps)
              .at(step);
      long begun = System.nanoTime();
      Map<String, HostTensor> inputs = objective.inputs(batches.at(step), step);
      StepReport report = module.step(inputs, rate);
      if (!report.finite()) {
        throw new TrainingException(
            "loss %s and gradient norm %s in step %d at learning rate %s: the run stops, and %s is kept"
                .formatted(report.loss(), report.gradientNorm(), step, rate, CHECKPOINT));
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      boolean tried =
          module.steps() % options.checkpointEvery() == 0 || module.steps() == totalSteps;
      curve.add(step, rate, report, seconds, tried ? heldOut.losses(module, objective) : Map.of());
      measure(step, seconds, (System.nanoTime() - started) / 1e9);
      listener.at(
          new TrainingProgress(module.steps(), totalSteps, report.loss(), left(module.steps())));
      if (module.steps() % options.checkpointEvery() == 0) {
        keep(module, curve);
      }
    }
    return totalSteps > 0 && module.steps() >= totalSteps;
  }

  /** The median of the later half of the first steps. */
  private void measure(long step, double seconds, double elapsed) {
    secondsPerStep += secondsPerStep == 0 ? seconds : SPEED_WEIGHT * (seconds - secondsPerStep);
    if (totalSteps > 0 || !(options.length() instanceof Length.Time(Duration duration))) {
      return;
    }
    firstSeconds[measured++] = seconds;
    double whole = duration.toNanos() / 1e9;
    if (measured == MEASURED_STEPS || elapsed > MEASURED_SHARE * whole) {
      double[] warm = Arrays.copyOfRange(firstSeconds, measured / 2, measured);
      Arrays.sort(warm);
      double median = warm[warm.length / 2];
      double left = whole - elapsed;
      totalSteps = step + 1 + Math.max(0, (long) (left / median));
    }
  }

  private Duration left(long steps) {
    long seconds = (long) (Math.max(0, totalSteps - steps) * secondsPerStep);
    return Duration.ofSeconds(seconds);
  }

  private void keep(TrainableModule module, LearningCurve curve) throws IOException {
    curve.flush(); // first, so that no step is without its line
    new Checkpoint(module.state(), totalSteps)
        .write(folder.resolve(CHECKPOINT), objective.program().name());
    curve.draw(objective.program().name() + ": loss by step", folder.resolve(PICTURE));
  }
}
