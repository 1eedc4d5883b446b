package dev.weir.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * The text of one output, and whether a token ends it. A function of the tokens and the parameters
 * alone: another worker that appends the same tokens gets the same texts and the same end.
 *
 * <p>How outputs end, as with vLLM and the OpenAI API: a stop token counts and is emitted as an id
 * with no text of its own, so that who continues the output sees that it has ended. A stop string
 * is no part of the text, the token that completes it counts. An end that comes with a token
 * releases what was held back with that token.
 */
final class OutputText {
  private final Detokenizer detokenizer;
  private final StopMatcher matcher;
  private final SamplingParameters parameters;
  private final TokenBytes tokenBytes;
  private final int limit;
  private final StringBuilder decoded = new StringBuilder();
  private int tokens;
  private @Nullable FinishReason finished;
  private String stop = "";

  /**
   * @param limit most tokens of the output: {@code maxTokens}, or what the context leaves
   */
  OutputText(
      TokenBytes tokenBytes, boolean stripLeadingSpace, SamplingParameters parameters, int limit) {
    this.tokenBytes = tokenBytes;
    this.parameters = parameters;
    this.limit = limit;
    detokenizer = new Detokenizer(tokenBytes, stripLeadingSpace);
    matcher = new StopMatcher(parameters.stop());
  }

  /** Takes the next token and returns the text that it releases. */
  String append(int token) {
    tokens++;
    StringBuilder released = new StringBuilder();
    if (parameters.stopTokens().contains(token)) {
      end(FinishReason.STOP, released);
      if (stop.isEmpty()) {
        stop = new String(tokenBytes.bytes(token), UTF_8);
      }
      return released.toString();
    }
    decoded.setLength(0);
    detokenizer.append(token, decoded);
    if (tokens <= parameters.minTokens()) {
      released.append(decoded);
    } else if (matcher.append(decoded, released)) {
      finished = FinishReason.STOP;
      stop = matcher.match();
    }
    if (finished == null && tokens >= limit) {
      end(FinishReason.LENGTH, released);
    }
    return released.toString();
  }

  /** The output ends without another token: returns what was held back. */
  String release() {
    StringBuilder released = new StringBuilder();
    flush(released);
    return released.toString();
  }

  private void end(FinishReason reason, StringBuilder released) {
    if (flush(released)) {
      finished = FinishReason.STOP;
      stop = matcher.match();
    } else {
      finished = reason;
    }
  }

  /** Appends all that is held; true if the U+FFFD of a half character completes a stop string. */
  private boolean flush(StringBuilder released) {
    decoded.setLength(0);
    detokenizer.end(decoded);
    boolean matched = matcher.append(decoded, released);
    if (!matched) {
      matcher.end(released);
    }
    return matched;
  }

  int tokens() {
    return tokens;
  }

  /** Why the output has ended with the last token: STOP or LENGTH; null while it has not. */
  @Nullable FinishReason finished() {
    return finished;
  }

  /** The stop string that matched, or the text of the stop token; empty otherwise. */
  String stop() {
    return stop;
  }
}
