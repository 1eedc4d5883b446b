package dev.weir.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An engine without a thread: the test makes the steps. */
final class TestingEngineLoop {
  final TestingClock clock = new TestingClock();
  final TestingLanguageModel model;
  final List<Throwable> faults = new ArrayList<>();
  final List<EngineMetrics.RequestSummary> summaries = new ArrayList<>();
  final EngineLoop loop;
  int gone;
  int preempted;
  int drafted;
  int accepted;

  TestingEngineLoop(ModelLimits limits, int stepTokens) {
    this(limits, stepTokens, true);
  }

  TestingEngineLoop(ModelLimits limits, int stepTokens, boolean speculation) {
    model = new TestingLanguageModel(limits);
    EngineMetrics metrics =
        new EngineMetrics() {
          @Override
          public void onFault(String requestId, Throwable fault) {
            faults.add(fault);
          }

          @Override
          public void onDraft(int tokens, int right) {
            drafted += tokens;
            accepted += right;
          }

          @Override
          public void onPreemption(String requestId) {
            preempted++;
          }

          @Override
          public void onFinished(RequestSummary summary) {
            summaries.add(summary);
          }
        };
    loop =
        new EngineLoop(
            model,
            new TextEngineConfig(stepTokens, 8, 10_000, false, speculation),
            metrics,
            clock,
            new ComputeLease().join(1),
            s -> gone++);
  }

  /** Takes a request but does not let its output begin. */
  Sequence submit(TextRequest request, TextListener listener) {
    int limit = RequestCheck.outputLimit(request, model.limits());
    OutputText output =
        new OutputText(TestingLanguageModel::bytes, false, request.sampling(), limit);
    Sequence sequence =
        new Sequence(request, listener, output, limit, model.limits().lookBack(), clock.nanoTime());
    loop.submit(sequence);
    return sequence;
  }

  Sequence start(TextRequest request, TextListener listener, int... emitted) {
    Sequence sequence = submit(request, listener);
    loop.proceed(sequence, emitted);
    return sequence;
  }

  /** Steps until there is nothing to compute. */
  void finish() {
    int steps = 0;
    while (loop.step()) {
      if (++steps > 100_000) {
        throw new AssertionError("the engine never gets to an end");
      }
    }
  }

  /** Runs one request to its end. */
  TestingListener run(TextRequest request, int... emitted) {
    TestingListener listener = new TestingListener(emitted.length);
    start(request, listener, emitted);
    finish();
    return listener;
  }

  static TextRequest request(int[] prompt, SamplingParameters sampling) {
    return new TextRequest("r", prompt, sampling, 7, Instant.MAX);
  }

  TextRequest requestWithDeadline(String prompt, int maxTokens, Duration after) {
    return new TextRequest(
        "r",
        TestingLanguageModel.tokens(prompt),
        SamplingParameters.builder(maxTokens).temperature(0).build(),
        7,
        clock.now().plus(after));
  }

  static TextRequest greedy(String prompt, int maxTokens) {
    return request(
        TestingLanguageModel.tokens(prompt),
        SamplingParameters.builder(maxTokens).temperature(0).build());
  }

  /** What the model alone gives: no engine, no batch, no cache. */
  static List<Integer> expected(TextRequest request, int vocabulary) {
    return expected(request, vocabulary, Integer.MAX_VALUE);
  }

  /** The same of a model whose logits depend on the last {@code seen} tokens only. */
  static List<Integer> expected(TextRequest request, int vocabulary, int seen) {
    Sampler sampler = new Sampler(vocabulary);
    int promptLength = request.prompt().length;
    SamplingParameters sampling = request.sampling();
    int[] tokens = Arrays.copyOf(request.prompt(), promptLength + sampling.maxTokens());
    List<Integer> output = new ArrayList<>();
    @Nullable Integer last = null;
    while (output.size() < sampling.maxTokens()
        && (last == null || !sampling.stopTokens().contains(last))) {
      int length = promptLength + output.size();
      LogitsQuery query = sampler.query(sampling, tokens, promptLength, length);
      StepOutput row =
          new TestingStepOutput(
              List.of(TestingLanguageModel.logits(tokens, length, vocabulary, seen)),
              List.of(query));
      last = sampler.sample(row, 0, query, sampling, request.seed(), output.size());
      tokens[length] = last;
      output.add(last);
    }
    return output;
  }
}
