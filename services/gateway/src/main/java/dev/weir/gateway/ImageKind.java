package dev.weir.gateway;

/** What the three routes of pictures do, and how many pictures each takes and gives. */
enum ImageKind {
  /** From a prompt alone. */
  GENERATION(0, 1, 10, 1),
  /** Pictures like one that is given. */
  VARIATION(1, 1, 10, 1),
  /** The way from one picture to another, both ends among it. */
  INTERPOLATION(2, 2, 16, 8);

  /** Pictures to be given. */
  final int sources;

  final int least;
  final int most;

  /** How many are made when the call does not say. */
  final int usual;

  ImageKind(int sources, int least, int most, int usual) {
    this.sources = sources;
    this.least = least;
    this.most = most;
    this.usual = usual;
  }
}
