package dev.weir.image.draw;

/** What an engine tells while it draws. Called by the engine's thread. */
public interface StepMetrics {
  /** How many pictures have a place, and how many wait for one. */
  void onLoad(int running, int waiting);

  /** A step of some pictures. */
  void onStep(int pictures, double seconds);

  /** Something failed that should not. */
  void onFault(Throwable cause);

  /** Told to nobody. */
  StepMetrics NONE =
      new StepMetrics() {
        @Override
        public void onLoad(int running, int waiting) {}

        @Override
        public void onStep(int pictures, double seconds) {}

        @Override
        public void onFault(Throwable cause) {}
      };
}
