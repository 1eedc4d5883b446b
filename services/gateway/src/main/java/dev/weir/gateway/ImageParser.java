package dev.weir.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.weir.proto.RequestValidator;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImageOptions;
import dev.weir.proto.v1.Sampling;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Turns bodies of the routes of pictures (OpenAI's Images API, and our interpolations) into
 * validated requests. A field that would change the answer and is not built is refused by name; so
 * is one that nobody knows.
 */
final class ImageParser {
  private static final int LARGEST_SCALE = 64;
  private static final int MOST_PREVIEWS = 64;

  /** {@code auto}: small pictures are drawn for people to see. */
  private static final int USUAL_SCALE = 16;

  private static final Set<String> WITHOUT_EFFECT =
      Set.of("user", "safety_identifier", "metadata", "store", "service_tier");

  /** Values that ask for what is done anyway. */
  private static final Map<String, List<String>> NEUTRAL =
      Map.of(
          "output_format", List.of("png"),
          "quality", List.of("auto", "high", "standard"),
          "background", List.of("auto", "opaque"),
          "moderation", List.of("auto", "low"),
          "style", List.of("natural"));

  private final RequestValidator validator;

  ImageParser(RequestValidator validator) {
    this.validator = validator;
  }

  /**
   * @param json the body; of a form, a picture is a binary node in it
   * @param seeds draws the seed of a call that gives none, so that its answer can tell it
   */
  ImageCall call(ObjectNode json, ImageKind kind, MultiMap headers, LongSupplier seeds) {
    var request = GenerationRequest.newBuilder();
    var sampling = Sampling.newBuilder();
    var image = ImageOptions.newBuilder().setN(kind.usual).setScale(USUAL_SCALE);
    boolean asUrl = false;
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      String name = entry.getKey();
      JsonNode value = entry.getValue();
      if (value.isNull() || WITHOUT_EFFECT.contains(name)) {
        continue;
      }
      switch (name) {
        case "model" -> request.setModel(JsonFields.text(value, name));
        case "prompt" -> request.setPrompt(JsonFields.text(value, name));
        case "n" -> image.setN((int) JsonFields.integer(value, name, kind.least, kind.most));
        case "size" -> image.setScale(scale(JsonFields.text(value, name)));
        case "response_format" ->
            asUrl = JsonFields.word(value, name, List.of("b64_json", "url")).equals("url");
        case "seed" ->
            sampling.setSeed(JsonFields.integer(value, name, Long.MIN_VALUE, Long.MAX_VALUE));
        case "temperature" ->
            sampling.setTemperature(JsonFields.decimal(value, name, 0, Double.MAX_VALUE));
        case "partial_images" ->
            image.setPreviews((int) JsonFields.integer(value, name, 0, MOST_PREVIEWS));
        case "output_compression" -> JsonFields.integer(value, name, 100, 100);
        case "strength" -> setStrength(image, value, kind);
        case "image", "images" -> addSources(image, value, name, kind);
        case "stream", WeirOptions.FIELD -> {} // below
        default -> checkNeutral(name, value);
      }
    }
    boolean stream = JsonFields.bool(json, "stream");
    if (image.getPreviews() > 0 && !stream) {
      throw JsonFields.wrong("partial_images", "is possible only with stream: true");
    }
    if (image.getSourcesCount() < kind.sources) {
      throw kind == ImageKind.VARIATION
          ? JsonFields.missing("image", "give a PNG: a file of a form, or base64 in JSON")
          : JsonFields.missing("images", "give two PNG: files of a form, or base64 in JSON");
    }
    if (!sampling.hasSeed()) {
      sampling.setSeed(seeds.getAsLong());
    }
    GenerationRequest whole = request.setSampling(sampling).setImage(image).build();
    validator.validate(whole);
    WeirOptions options = WeirOptions.read(json.path(WeirOptions.FIELD), headers);
    return new ImageCall(whole, stream, asUrl, options);
  }

  private static void checkNeutral(String name, JsonNode value) {
    List<String> possible = NEUTRAL.get(name);
    if (possible == null) {
      throw JsonFields.unsupported(
          Text.shortened(name),
          "is not known here, or not supported; leave it out (/openapi.yaml lists what is)");
    }
    String word = JsonFields.text(value, name);
    if (!possible.contains(word)) {
      throw JsonFields.unsupported(
          name,
          "only %s is possible, not %s"
              .formatted(String.join(" or ", possible), Text.shortened(word)));
    }
  }

  /** {@code 256x256}: how many times as large as the model draws. */
  private static int scale(String size) {
    if (size.equals("auto")) {
      return USUAL_SCALE;
    }
    String[] sides = size.split("x", -1);
    if (sides.length != 2 || !sides[0].matches("[1-9][0-9]{0,4}") || !sides[0].equals(sides[1])) {
      throw JsonFields.wrong(
          "size", "must be a square as 256x256, or auto, not " + Text.shortened(size));
    }
    int side = Integer.parseInt(sides[0]);
    int below = side / ImageCall.MODEL_SIDE;
    if (side % ImageCall.MODEL_SIDE == 0 && below <= LARGEST_SCALE) {
      return below;
    }
    String nearest;
    if (below == 0) {
      nearest = square(1);
    } else if (below >= LARGEST_SCALE) {
      nearest = square(LARGEST_SCALE);
    } else {
      nearest = square(below) + " and " + square(below + 1);
    }
    throw JsonFields.wrong(
        "size",
        "%s is no whole number of times %s, up to %s; nearest: %s"
            .formatted(size, square(1), square(LARGEST_SCALE), nearest));
  }

  private static String square(int scale) {
    int side = scale * ImageCall.MODEL_SIDE;
    return side + "x" + side;
  }

  private static void setStrength(ImageOptions.Builder image, JsonNode value, ImageKind kind) {
    if (kind != ImageKind.VARIATION) {
      throw JsonFields.wrong("strength", "is of /v1/images/variations; leave it out");
    }
    image.setStrength(JsonFields.decimal(value, "strength", 0, 1));
  }

  private static void addSources(
      ImageOptions.Builder image, JsonNode value, String name, ImageKind kind) {
    switch (kind) {
      case GENERATION ->
          throw JsonFields.unsupported(
              name, "is of /v1/images/variations and /v1/images/interpolations; leave it out");
      case VARIATION -> {
        if (name.equals("images") || value.isArray()) {
          throw JsonFields.wrong(name, "give one picture, as image");
        }
        image.addSources(ImageSource.read(value, name));
      }
      case INTERPOLATION -> {
        if (!value.isArray() || value.size() != 2 || image.getSourcesCount() > 0) {
          throw JsonFields.wrong(name, "give two pictures, as images");
        }
        for (int i = 0; i < value.size(); i++) {
          ByteString source = ImageSource.read(value.get(i), name + "[" + i + "]");
          image.addSources(source);
        }
      }
    }
  }
}
