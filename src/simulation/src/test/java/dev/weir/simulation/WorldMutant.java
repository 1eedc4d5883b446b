package dev.weir.simulation;

import dev.weir.stream.AttemptWorld;
import dev.weir.stream.Cancellations;
import dev.weir.stream.Generator;
import dev.weir.stream.LogReader;
import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogWriter;
import java.util.function.UnaryOperator;

/** Breaks a rule in what attempts act on: each slot's world is made anew, with a part changed. */
final class WorldMutant extends Seams {
  private final UnaryOperator<AttemptWorld> breaking;

  WorldMutant(UnaryOperator<AttemptWorld> breaking) {
    this.breaking = breaking;
  }

  @Override
  AttemptWorld world(AttemptWorld world) {
    return breaking.apply(world);
  }

  /** With something between the log and who listens to it. */
  static AttemptWorld reading(AttemptWorld world, UnaryOperator<LogListener> around) {
    LogReader reader = world.reader();
    return with(
        world,
        (id, start, listener) -> reader.read(id, start, around.apply(listener)),
        world.writer(),
        world.generator(),
        world.cancellations());
  }

  static AttemptWorld writing(AttemptWorld world, LogWriter writer) {
    return with(world, world.reader(), writer, world.generator(), world.cancellations());
  }

  static AttemptWorld generating(AttemptWorld world, Generator generator) {
    return with(world, world.reader(), world.writer(), generator, world.cancellations());
  }

  static AttemptWorld cancelling(AttemptWorld world, Cancellations cancellations) {
    return with(world, world.reader(), world.writer(), world.generator(), cancellations);
  }

  private static AttemptWorld with(
      AttemptWorld world,
      LogReader reader,
      LogWriter writer,
      Generator generator,
      Cancellations cancellations) {
    return new AttemptWorld(
        world.worker(),
        world.numericsId(),
        world.defaultDeadline(),
        reader,
        writer,
        generator,
        cancellations,
        world.clock());
  }
}
