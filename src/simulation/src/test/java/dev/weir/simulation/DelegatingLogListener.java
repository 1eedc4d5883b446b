package dev.weir.simulation;

import dev.weir.stream.LogReader.LogListener;
import dev.weir.stream.LogReader.Reading;
import dev.weir.stream.LogRecord;
import dev.weir.stream.StreamReader.StreamFailure;

/** Hears what another one is to hear; a mutant changes some of it. */
class DelegatingLogListener implements LogListener {
  private final LogListener listener;

  DelegatingLogListener(LogListener listener) {
    this.listener = listener;
  }

  @Override
  public void onRecord(LogRecord record, Reading reading) {
    listener.onRecord(record, reading);
  }

  @Override
  public void onCaughtUp(Reading reading) {
    listener.onCaughtUp(reading);
  }

  @Override
  public void onFailed(StreamFailure failure) {
    listener.onFailed(failure);
  }
}
