package dev.weir.image.draw;

/** A picture in an engine. Safe for use by any thread; all methods return at once. */
public interface Drawing {
  /** Lets it be drawn. Until then it keeps its place and nothing is told of it. */
  void proceed();

  /** Ends it before the next step; its listener hears of it. */
  void cancel();

  /** Drops it before the next step without another word to its listener. */
  void abandon();
}
