package dev.weir.bench.image;

import dev.weir.bench.BenchProgress;

/** How many pictures are done. */
final class QualityProgress {
  private final BenchProgress listener;
  private final int total;
  private int done;

  QualityProgress(BenchProgress listener, int total) {
    this.listener = listener;
    this.total = total;
  }

  void at(String what) {
    listener.at(what, done, total);
  }

  void done(int pictures) {
    done += pictures;
  }
}
