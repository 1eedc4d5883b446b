package dev.weir.stream;

/** A reading of partition 0 that nobody may send back; says whether it was closed. */
final class TestingReading implements LogReader.Reading {
  private final long startOffset;
  private boolean closed;

  TestingReading(long startOffset) {
    this.startOffset = startOffset;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void rewind(long offset) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void rewindToEarliest() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long startOffset() {
    return startOffset;
  }

  @Override
  public int partition() {
    return 0;
  }

  @Override
  public void close() {
    closed = true;
  }
}
