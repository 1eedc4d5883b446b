package dev.weir.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.weir.proto.v1.TokenLogprob;
import dev.weir.proto.v1.Tokens;
import java.io.IOException;
import java.util.List;

/** How one of the two text APIs of OpenAI writes its choices. One instance writes one call. */
interface AnswerFormat {
  /** Before the request id. */
  String idPrefix();

  /** {@code object} of a whole answer. */
  String wholeObject();

  /** {@code object} of a part of a stream. */
  String chunkObject();

  /** Whether a choice begins with a part of its own, before any token. */
  boolean hasOpening(int index);

  /** The choice of that part: the role, or the prompt. */
  void writeOpening(JsonGenerator json, int index) throws IOException;

  /** The choice with the text of some tokens. */
  void writeDelta(JsonGenerator json, int index, Tokens tokens) throws IOException;

  /** The choice that tells why the answer ended. */
  void writeFinish(JsonGenerator json, int index, String reason) throws IOException;

  /**
   * The choice with the whole answer.
   *
   * @param logprobs of all its tokens; empty if none were asked for
   */
  void writeWhole(
      JsonGenerator json, int index, String text, List<TokenLogprob> logprobs, String reason)
      throws IOException;
}
