package dev.weir.standalone.command;

import dev.weir.standalone.model.AdapterSource;
import dev.weir.standalone.model.ModelSource;
import dev.weir.stream.StreamConfig;
import dev.weir.textworker.TextWorker;
import dev.weir.textworker.TextWorkerConfig;
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

/** A text worker alone. */
@Command(
    name = "text-worker",
    description = "Run a worker alone that serves one text model; health and metrics over HTTP.")
final class TextWorkerCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "NAME that was pulled, PATH, or NAME=PATH")
  String model = "";

  @Mixin HealthOptions health = new HealthOptions();
  @Mixin WorkerOptions workerOptions = new WorkerOptions();
  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Mixin DataOption data = new DataOption();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Map<String, String> more = health.settings("weir.worker");
    ModelSource source = ModelSource.resolve(model, data.models());
    List<AdapterSource> adapters = AdapterSource.resolve(workerOptions.adapters, List.of(source));
    Running running = new Running();
    try {
      WorkerService<TextWorker> worker =
          running
              .stack()
              .add(
                  "worker",
                  start(
                      workerOptions.config(source, adapters, more),
                      workerOptions.locked(kafka.streams())));
      Objects.requireNonNull(spec)
          .commandLine()
          .getOut()
          .println(
              "weir text-worker is ready, %s on %s"
                  .formatted(String.join(", ", worker.worker().models()), worker.address()));
    } catch (Exception e) {
      running.stack().close();
      throw e;
    }
    return running.await();
  }

  private static WorkerService<TextWorker> start(TextWorkerConfig config, StreamConfig streams) {
    return WorkerService.start(
        config.listen(), streams, metrics -> TextWorker.start(config, streams, metrics));
  }
}
