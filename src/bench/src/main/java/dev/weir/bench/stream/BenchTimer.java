package dev.weir.bench.stream;

import dev.weir.bench.BenchProgress;
import java.util.concurrent.TimeUnit;

/** The seconds that a benchmark is to take, and those that are over. */
final class BenchTimer {
  private final BenchProgress progress;
  private final int total;
  private int done;

  BenchTimer(BenchProgress progress, int totalSeconds) {
    this.progress = progress;
    this.total = totalSeconds;
  }

  /** Something begins whose time is not planned, such as a start. */
  void at(String what) {
    progress.at(what, done, total);
  }

  /** Lets what runs go on for so long. */
  void rest(String what, int seconds) throws InterruptedException {
    for (int i = 0; i < seconds; i++) {
      progress.at(what, done, total);
      TimeUnit.SECONDS.sleep(1);
      done++;
    }
  }

  void end() {
    progress.at("done", total, total);
  }
}
