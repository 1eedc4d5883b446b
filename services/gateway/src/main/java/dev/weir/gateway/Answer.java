package dev.weir.gateway;

import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.TokenLogprob;
import dev.weir.proto.v1.Tokens;
import java.util.ArrayList;
import java.util.List;

/** What has come of one answer so far. Belongs to one event loop. */
final class Answer {
  private final boolean keepText;
  private final StringBuilder text = new StringBuilder();
  private final List<TokenLogprob> logprobs = new ArrayList<>();
  private Finished finished = Finished.getDefaultInstance();
  private long tokens;
  private int promptTokens;
  private int cachedTokens;

  /**
   * @param keepText false: only its counts are kept, since its text has been written already
   */
  Answer(boolean keepText) {
    this.keepText = keepText;
  }

  void add(Tokens part) {
    tokens += part.getIdsCount();
    if (part.getPromptTokens() > 0 && promptTokens == 0) {
      promptTokens = part.getPromptTokens();
      cachedTokens = part.getCachedTokens();
    }
    if (keepText) {
      text.append(part.getText());
      logprobs.addAll(part.getLogprobsList());
    }
  }

  void end(Finished end) {
    finished = end;
    if (keepText) {
      text.append(end.getText());
    }
  }

  boolean hasEnded() {
    return finished.getReason() != FinishReason.FINISH_REASON_UNSPECIFIED;
  }

  Finished finished() {
    return finished;
  }

  String text() {
    return text.toString();
  }

  List<TokenLogprob> logprobs() {
    return logprobs;
  }

  /** Of the worker if it told; an end that the ledger wrote has no usage. */
  AnswerWriter.Usage usage() {
    if (finished.hasUsage()) {
      var usage = finished.getUsage();
      return new AnswerWriter.Usage(
          usage.getPromptTokens(), usage.getCompletionTokens(), usage.getCachedTokens());
    }
    return new AnswerWriter.Usage(promptTokens, tokens, cachedTokens);
  }

  /**
   * Of a call: the tokens of a prompt count once, however many answers it has.
   *
   * @param answers [prompts * answersPerPrompt]
   */
  static AnswerWriter.Usage usage(List<Answer> answers, int answersPerPrompt) {
    long prompt = 0;
    long completion = 0;
    long cached = 0;
    for (int i = 0; i < answers.size(); i++) {
      AnswerWriter.Usage one = answers.get(i).usage();
      completion += one.completion();
      if (i % answersPerPrompt == 0) {
        prompt += one.prompt();
        cached += one.cached();
      }
    }
    return new AnswerWriter.Usage(prompt, completion, cached);
  }
}
