package dev.weir.standalone.command;

import dev.weir.bench.BenchProgress;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on standard error over the steps of a benchmark. */
final class BenchTerminal implements BenchProgress, AutoCloseable {
  private @Nullable ProgressBar bar;
  private int total;

  @Override
  public void at(String what, int done, int steps) {
    ProgressBar current = bar;
    if (current == null || total != steps) {
      close();
      total = steps;
      current =
          new ProgressBarBuilder()
              .setTaskName("bench")
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(1_000)
              .build();
      bar = current;
    }
    current.setExtraMessage(what);
    current.stepTo(done);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
