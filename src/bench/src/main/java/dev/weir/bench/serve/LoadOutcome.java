package dev.weir.bench.serve;

import dev.weir.bench.Samples;
import dev.weir.bench.serve.CompletionClient.Answer;
import java.util.List;

/**
 * What a load gave in one round. Requests that failed are counted apart and in nothing else.
 *
 * @param seconds from the start to the last answer
 * @param error what the first failed request was told; empty without errors
 * @param clientCpuSeconds CPU time of who sent the load and read the answers
 */
record LoadOutcome(
    List<Answer> answers, int errors, String error, double seconds, double clientCpuSeconds) {

  /** Output tokens of all answers over the whole time. */
  double tokensPerSecond() {
    return answers.stream().mapToLong(Answer::tokens).sum() / seconds;
  }

  /** NaN without answers. */
  double meanPromptTokens() {
    return answers.stream().mapToInt(Answer::promptTokens).average().orElse(Double.NaN);
  }

  /** Tokens of all prompts that the server did not compute. */
  long cachedTokens() {
    return answers.stream().mapToLong(Answer::cachedTokens).sum();
  }

  /** Milliseconds from when a request was due to its first text. */
  Samples firstToken() {
    return Samples.of(answers.stream().map(Answer::firstTokenMs).toList());
  }

  /** Milliseconds from one text to the next. */
  Samples betweenTokens() {
    return Samples.of(answers.stream().flatMap(answer -> answer.gapsMs().stream()).toList());
  }

  /** The client's part of all cores, which it shares with who is measured. */
  double clientShare(int cores) {
    return clientCpuSeconds / (seconds * cores);
  }
}
