package dev.weir.textworker;

import dev.weir.engine.Generation;
import dev.weir.engine.InvalidRequest;
import dev.weir.engine.ModelLimits;
import dev.weir.engine.Rejected;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextRequest;
import dev.weir.engine.TokenBytes;
import dev.weir.proto.ErrorCodes;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.RequestValidator;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.stream.Generator;
import dev.weir.stream.OverloadedException;
import dev.weir.stream.RequestHeaders;
import dev.weir.worker.RequestDefaults;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;

/** Answers requests with the text of one model. Safe for use by any thread. */
final class TextGenerator implements Generator {
  private final TextEngine engine;
  private final PromptEncoder encoder;
  private final TokenBytes tokenBytes;
  private final Set<Integer> endOfSequence;
  private final int adapter;
  private final Duration defaultDeadline;
  private final InstantSource clock;
  private final RequestValidator validator = new RequestValidator();

  /**
   * @param endOfSequence tokens that end an answer, all in the model's vocabulary
   * @param adapter of the model, which answers; 0: the model as it is
   * @param defaultDeadline of a request that names none, from its creation
   */
  TextGenerator(
      TextEngine engine,
      PromptEncoder encoder,
      TokenBytes tokenBytes,
      Set<Integer> endOfSequence,
      int adapter,
      Duration defaultDeadline,
      InstantSource clock) {
    this.engine = engine;
    this.encoder = encoder;
    this.tokenBytes = tokenBytes;
    this.endOfSequence = Set.copyOf(endOfSequence);
    this.adapter = adapter;
    this.defaultDeadline = defaultDeadline;
    this.clock = clock;
  }

  @Override
  public Job begin(GenerationRequest request, RequestHeaders headers, Sink sink) {
    validator.validate(request);
    if (request.hasImage()) {
      throw new InvalidRequestException(
          "image",
          ErrorCodes.UNSUPPORTED_PARAMETER,
          "image: this model writes text; ask one that draws, or leave it out");
    }
    int[] prompt = encoder.encode(request);
    ModelLimits limits = engine.limits();
    Instant now = clock.instant();
    TextJob job = new TextJob(sink, tokenBytes, clock, request.getCreatedMs());
    try {
      // 1 lets the engine say, in one place, that a prompt is too long
      int rest = Math.max(1, limits.contextLength() - prompt.length);
      SamplingParameters sampling =
          RequestedSampling.read(request.getSampling(), rest, endOfSequence);
      Generation generation =
          engine.submit(
              new TextRequest(
                  request.getId(),
                  prompt,
                  sampling,
                  RequestDefaults.seed(request),
                  RequestDefaults.deadline(request, headers, defaultDeadline, now),
                  new TextRequest.Group(headers.tenant(), request.getCacheSalt()),
                  headers.priority(),
                  adapter),
              job);
      return job.of(generation);
    } catch (InvalidRequest e) {
      throw invalid(request, e);
    } catch (Rejected e) {
      throw new OverloadedException(String.valueOf(e.getMessage()), e.retryAfter());
    } catch (IllegalStateException e) { // the engine has stopped: another worker may do it
      throw new OverloadedException(String.valueOf(e.getMessage()), Duration.ofSeconds(1));
    }
  }

  /** The engine knows one prompt; the caller wrote messages, a text or ids. */
  private static InvalidRequestException invalid(GenerationRequest request, InvalidRequest e) {
    String field = e.field();
    if (field.startsWith("prompt")) {
      String source = PromptEncoder.field(request);
      field =
          source.equals("prompt_token_ids") ? source + field.substring("prompt".length()) : source;
    }
    String message = String.valueOf(e.getMessage());
    return new InvalidRequestException(
        field, e.code(), message.startsWith(field) ? message : field + ": " + message);
  }
}
