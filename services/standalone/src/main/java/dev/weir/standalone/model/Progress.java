package dev.weir.standalone.model;

/** Hears how far a fetch is. */
public interface Progress {
  /** Nobody listens. */
  Progress NONE = (what, done, total) -> {};

  /**
   * A step forward.
   *
   * @param what is being done, in a word or two
   * @param done bytes so far
   * @param total bytes in all; 0 if that is not known
   */
  void at(String what, long done, long total);
}
