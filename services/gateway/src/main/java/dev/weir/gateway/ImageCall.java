package dev.weir.gateway;

import dev.weir.proto.v1.GenerationRequest;

/**
 * What one call of a route of pictures asks for.
 *
 * @param request with {@code image} and a seed, validated
 * @param stream server-sent events rather than one body
 * @param asUrl each picture by a URI rather than in base64
 */
record ImageCall(GenerationRequest request, boolean stream, boolean asUrl, WeirOptions weir) {
  /** Pixels of a side, of the models that there are. */
  static final int MODEL_SIDE = 16;

  String model() {
    return request.getModel();
  }

  /** Pictures that it asks for. */
  int count() {
    return request.getImage().getN();
  }

  /** {@code 256x256}. */
  String size() {
    int side = MODEL_SIDE * request.getImage().getScale();
    return side + "x" + side;
  }

  long seed() {
    return request.getSampling().getSeed();
  }
}
