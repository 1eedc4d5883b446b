package dev.weir.imageworker;

import dev.weir.engine.InvalidRequest;
import dev.weir.engine.Rejected;
import dev.weir.image.Palette;
import dev.weir.image.Pictures;
import dev.weir.image.RgbPicture;
import dev.weir.image.draw.Drawing;
import dev.weir.image.draw.PictureEngine;
import dev.weir.image.draw.PictureRequest;
import dev.weir.image.draw.PictureRequest.Source;
import dev.weir.image.portrait.CaptionReader;
import dev.weir.image.portrait.CaptionReading;
import dev.weir.image.portrait.PortraitDesign;
import dev.weir.image.portrait.PortraitSampler;
import dev.weir.image.portrait.PortraitWords;
import dev.weir.proto.ErrorCodes;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.RequestValidator;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImageOptions;
import dev.weir.proto.v1.Sampling;
import dev.weir.proto.v1.Warning;
import dev.weir.stream.Generator;
import dev.weir.stream.OverloadedException;
import dev.weir.stream.RequestHeaders;
import dev.weir.train.portrait.TrainingPortraits;
import dev.weir.worker.RequestDefaults;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Answers requests with portraits of one family. Safe for use by any thread. */
final class ImageGenerator implements Generator {
  /** Longer ones are no captions; reading takes time with their length. */
  static final int LONGEST_PROMPT = 2_000;

  /** Fields of sampling that mean something to a model that draws. */
  private static final Map<Integer, String> TAKEN =
      Map.of(Sampling.TEMPERATURE_FIELD_NUMBER, "temperature", Sampling.SEED_FIELD_NUMBER, "seed");

  private final PictureEngine engine;
  private final PictureFinisher finisher;
  private final double defaultTemperature;
  private final Duration defaultDeadline;
  private final InstantSource clock;
  private final PortraitDesign design = PortraitDesign.builtIn();
  private final CaptionReader reader = new CaptionReader(PortraitWords.builtIn());
  private final PortraitSampler sampler = new PortraitSampler(design);
  private final RequestValidator validator = new RequestValidator();

  /**
   * @param finisher makes files of pictures
   * @param defaultTemperature of a request that names none
   * @param defaultDeadline of a request that names none, from its creation
   */
  ImageGenerator(
      PictureEngine engine,
      PictureFinisher finisher,
      double defaultTemperature,
      Duration defaultDeadline,
      InstantSource clock) {
    this.engine = engine;
    this.finisher = finisher;
    this.defaultTemperature = defaultTemperature;
    this.defaultDeadline = defaultDeadline;
    this.clock = clock;
  }

  @Override
  public Job begin(GenerationRequest request, RequestHeaders headers, Sink sink) {
    validator.validate(request);
    check(request);
    CaptionReading reading = reader.read(request.getPrompt());
    ImageOptions image = request.getImage();
    int pictures = image.hasN() ? image.getN() : 1;
    List<byte[]> sources = sources(image);
    long seed = RequestDefaults.seed(request);
    Instant deadline = RequestDefaults.deadline(request, headers, defaultDeadline, clock.instant());
    double temperature =
        request.getSampling().hasTemperature()
            ? request.getSampling().getTemperature()
            : defaultTemperature;
    ImageJob job =
        new ImageJob(
            sink,
            finisher,
            clock,
            new ImageJob.Wanted(
                request.getId(),
                pictures,
                image.hasScale() ? image.getScale() : 1,
                request.getCreatedMs() > 0 ? request.getCreatedMs() : clock.millis(),
                warnings(reading)));
    List<Drawing> drawings = new ArrayList<>();
    try {
      for (int i = 0; i < pictures; i++) {
        int[] said = sampler.told(reading, seed + i);
        drawings.add(
            engine.draw(
                new PictureRequest(
                    request.getId(),
                    TrainingPortraits.condition(design, said),
                    seed + i,
                    temperature,
                    source(image, sources, i, pictures),
                    image.getPreviews(),
                    deadline,
                    headers.tenant(),
                    headers.priority()),
                job.picture(i)));
      }
      return job.of(drawings);
    } catch (RuntimeException e) {
      drawings.forEach(Drawing::abandon);
      throw refused(e);
    }
  }

  /** What is no request for a picture, or asks for what this model does not have. */
  private static void check(GenerationRequest request) {
    if (request.getMessagesCount() > 0 || request.getPromptTokenIdsCount() > 0) {
      String field = request.getMessagesCount() > 0 ? "messages" : "prompt_token_ids";
      throw new InvalidRequestException(
          field,
          ErrorCodes.INVALID_VALUE,
          field + ": this model draws; say in prompt what it is to draw");
    }
    String prompt = request.getPrompt();
    if (prompt.length() > LONGEST_PROMPT) {
      throw new InvalidRequestException(
          "prompt",
          ErrorCodes.INVALID_VALUE,
          "prompt: has %,d characters, at most %,d are possible; say it shorter"
              .formatted(prompt.length(), LONGEST_PROMPT));
    }
    request
        .getSampling()
        .getAllFields()
        .keySet()
        .forEach(field -> {
          if (!TAKEN.containsKey(field.getNumber())) {
            throw new InvalidRequestException(
                field.getName(),
                ErrorCodes.UNSUPPORTED_PARAMETER,
                field.getName()
                    + ": is of texts; a model that draws takes temperature and seed. Leave it out");
          }
        });
  }

  private List<byte[]> sources(ImageOptions image) {
    List<byte[]> sources = new ArrayList<>();
    for (int i = 0; i < image.getSourcesCount(); i++) {
      String field = "image.sources[%d]".formatted(i);
      try {
        sources.add(places(Pictures.read(image.getSources(i).toByteArray())));
      } catch (IllegalArgumentException e) {
        throw new InvalidRequestException(
            field, ErrorCodes.INVALID_VALUE, field + ": " + e.getMessage());
      }
    }
    return sources;
  }

  /** The upper left pixel of each square, as the palette's nearest colour. */
  private byte[] places(RgbPicture picture) {
    int side = PortraitDesign.SIDE;
    if (picture.width() != picture.height() || picture.width() % side != 0) {
      throw new IllegalArgumentException(
          "is %d x %d pixels; must be %d x %d, or a whole number of times as large"
              .formatted(picture.width(), picture.height(), side, side));
    }
    int scale = picture.width() / side;
    Palette palette = design.palette();
    byte[] places = new byte[side * side];
    for (int i = 0; i < places.length; i++) {
      places[i] = (byte) palette.nearest(picture.colour(i % side * scale, i / side * scale));
    }
    return places;
  }

  private static Source source(ImageOptions image, List<byte[]> sources, int i, int pictures) {
    return switch (sources.size()) {
      case 0 -> new Source.None();
      case 1 ->
          new Source.Variation(sources.getFirst(), image.hasStrength() ? image.getStrength() : 0.5);
      default -> new Source.Between(sources.get(0), sources.get(1), (double) i / (pictures - 1));
    };
  }

  private List<Warning> warnings(CaptionReading reading) {
    List<Warning> warnings = new ArrayList<>();
    if (!reading.unread().isEmpty()) {
      warnings.add(
          Warning.newBuilder()
              .setCode("unread_words")
              .setField("prompt")
              .setMessage(unread(reading.unread()))
              .addAllWords(reading.unread())
              .build());
    }
    for (CaptionReading.Conflict conflict : reading.conflicts()) {
      warnings.add(
          Warning.newBuilder()
              .setCode("conflict")
              .setField("prompt")
              .setMessage(
                  "\"%s\" counts, \"%s\" does not: there is one %s"
                      .formatted(
                          conflict.kept(),
                          conflict.other(),
                          spaced(design.attributes().get(conflict.attribute()).name())))
              .addWords(conflict.other())
              .build());
    }
    return warnings;
  }

  private static String unread(List<String> words) {
    String quoted = words.stream().map(word -> '"' + word + '"').collect(Collectors.joining(", "));
    return words.size() == 1
        ? quoted + " means nothing to this model and was left out"
        : quoted + " mean nothing to this model and were left out";
  }

  /** {@code hairColor} as people write it. */
  private static String spaced(String name) {
    return name.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
  }

  private static RuntimeException refused(RuntimeException failure) {
    return switch (failure) {
      case InvalidRequest e ->
          new InvalidRequestException(e.field(), e.code(), e.field() + ": " + e.getMessage());
      case Rejected e -> new OverloadedException(String.valueOf(e.getMessage()), e.retryAfter());
      case IllegalStateException e -> // the engine has stopped: another worker may do it
          new OverloadedException(String.valueOf(e.getMessage()), Duration.ofSeconds(1));
      default -> failure;
    };
  }
}
