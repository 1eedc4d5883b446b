package dev.weir.standalone.command;

import dev.weir.imageworker.ImageWorker;
import dev.weir.imageworker.ImageWorkerConfig;
import dev.weir.stream.StreamConfig;
import dev.weir.worker.WorkerService;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** An image worker alone. */
@Command(
    name = "image-worker",
    description = "Run a worker alone that serves models that draw; health and metrics over HTTP.")
final class ImageWorkerCommand implements Callable<Integer> {
  @Parameters(
      index = "0..*",
      paramLabel = "FAMILY",
      description =
          "pixel, vae or diffusion as they are built in, or FAMILY=FOLDER that 'weir train' has"
              + " left (default: all that are built in)")
  List<String> families = List.of();

  @Mixin HealthOptions health = new HealthOptions();
  @Mixin ImageWorkerOptions workerOptions = new ImageWorkerOptions();
  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Map<String, String> more = health.settings("weir.image-worker");
    Running running = new Running();
    try {
      WorkerService<ImageWorker> worker =
          running
              .stack()
              .add(
                  "worker", start(workerOptions.config(families, more, Map.of()), kafka.streams()));
      Objects.requireNonNull(spec)
          .commandLine()
          .getOut()
          .println(
              "weir image-worker is ready, %s on %s"
                  .formatted(String.join(", ", worker.worker().models()), worker.address()));
    } catch (Exception e) {
      running.stack().close();
      throw e;
    }
    return running.await();
  }

  private static WorkerService<ImageWorker> start(ImageWorkerConfig config, StreamConfig streams) {
    return WorkerService.start(
        config.listen(), streams, metrics -> ImageWorker.start(config, streams, metrics));
  }
}
