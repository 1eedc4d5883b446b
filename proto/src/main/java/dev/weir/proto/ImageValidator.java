package dev.weir.proto;

import dev.weir.proto.v1.ImageOptions;

/** Ranges of what is asked of a model that draws. */
final class ImageValidator {
  static final int MOST_PICTURES = 16;
  static final int LARGEST_SCALE = 64;
  static final int MOST_PREVIEWS = 64;

  private ImageValidator() {}

  /**
   * @throws InvalidRequestException for the first field that is wrong
   */
  static void validate(ImageOptions image) {
    FieldPath path = FieldPath.ROOT.field("image");
    check(image.hasN(), image.getN(), 1, MOST_PICTURES, path.field("n"));
    check(image.hasScale(), image.getScale(), 1, LARGEST_SCALE, path.field("scale"));
    check(image.hasPreviews(), image.getPreviews(), 0, MOST_PREVIEWS, path.field("previews"));
    checkSources(image, path.field("sources"));
    double strength = image.getStrength();
    if (image.hasStrength() && !(strength >= 0 && strength <= 1)) {
      throw path.field("strength").wrongValue("must be 0 to 1");
    }
    if (image.hasStrength() && image.getSourcesCount() != 1) {
      throw path.field("strength").wrongValue("is of variations: give one picture in sources");
    }
  }

  private static void check(boolean present, int value, int least, int most, FieldPath path) {
    if (present && (value < least || value > most)) {
      throw path.wrongValue("must be %d to %d".formatted(least, most));
    }
  }

  private static void checkSources(ImageOptions image, FieldPath path) {
    if (image.getSourcesCount() > 2) {
      throw path.wrongValue("must be one picture (variations) or two (interpolation)");
    }
    for (int i = 0; i < image.getSourcesCount(); i++) {
      if (image.getSources(i).isEmpty()) {
        throw path.element(i).wrongValue("must not be empty; send the bytes of a PNG");
      }
    }
    if (image.getSourcesCount() == 2 && (!image.hasN() || image.getN() < 2)) {
      throw FieldPath.ROOT
          .field("image")
          .field("n")
          .wrongValue("must be at least 2 for the way between two pictures, both ends among them");
    }
  }
}
