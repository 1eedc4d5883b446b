package dev.weir.standalone.command;

import dev.weir.standalone.model.Progress;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on standard error for each step of a fetch. */
final class TerminalProgress implements Progress, AutoCloseable {
  private static final int MEBIBYTE = 1 << 20;
  private final String name;
  private @Nullable ProgressBar bar;
  private String step = "";

  TerminalProgress(String name) {
    this.name = name;
  }

  @Override
  public void at(String what, long done, long total) {
    ProgressBar current = bar;
    if (current == null || !step.equals(what)) {
      close();
      step = what;
      current =
          new ProgressBarBuilder()
              .setTaskName(name + ": " + what)
              .setInitialMax(total == 0 ? -1 : total)
              .setUnit(" MiB", MEBIBYTE)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .build();
      bar = current;
    }
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
