package dev.weir.text.config;

/** Bounds far above any model, so that a hostile config cannot make a later part allocate. */
public final class ConfigLimits {
  public static final int MAX_LAYERS = 1 << 12;
  public static final int MAX_WIDTH = 1 << 20;
  public static final int MAX_HEADS = 1 << 14;
  public static final int MAX_HEAD_SIZE = 1 << 14;
  public static final int MAX_VOCABULARY = 1 << 24;
  public static final int MAX_CONTEXT = 1 << 30;

  public static final int MAX_GRID_SIDE = 1 << 10;

  private ConfigLimits() {}
}
