package dev.weir.textworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.engine.EngineMetrics.RequestSummary;
import dev.weir.engine.FinishReason;
import dev.weir.engine.NonFiniteLogits;
import dev.weir.engine.Sampler;
import dev.weir.engine.SamplingParameters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class EngineMetersTest {
  private static final TextModel.Description MODEL =
      new TextModel.Description("llama", "groups", "kernels-cpu-avx2", true);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** The names that vLLM's documentation of its production metrics lists. */
  @Test
  void theNamesAreThoseOfVllm() {
    try (EngineMeters meters = new EngineMeters(registry, "m", MODEL, 100)) {
      meters.onFirstToken(99, 1); // a warm-up
      meters.count();
      meters.onLoad(3, 2, 0.5);
      meters.onStep(20, 3, 1);
      meters.onFirstToken(17, 30_000_000);
      meters.onNextToken(20_000_000);
      meters.onDraft(5, 3);
      meters.onFinished(
          new RequestSummary(
              FinishReason.STOP, 17, 40, 2, 1_000_000_000, 30_000_000, 20_000_000, 1_050_000_000));
      List<String> lines = registry.scrape().lines().toList();
      assertThat(lines)
          .contains(
              "weir_model_info{backend=\"kernels-cpu-avx2\",family=\"llama\",model_name=\"m\","
                  + "precision=\"groups\"} 1",
              "weir_num_requests_running{model_name=\"m\"} 3.0",
              "weir_num_requests_waiting{model_name=\"m\"} 2.0",
              "weir_kv_cache_usage_perc{model_name=\"m\"} 0.5",
              "weir_prompt_tokens_total{model_name=\"m\"} 17.0",
              "weir_generation_tokens_total{model_name=\"m\"} 2.0",
              "weir_spec_decode_num_drafts_total{model_name=\"m\"} 1.0",
              "weir_spec_decode_num_draft_tokens_total{model_name=\"m\"} 5.0",
              "weir_spec_decode_num_accepted_tokens_total{model_name=\"m\"} 3.0",
              "weir_request_success_total{finished_reason=\"stop\",model_name=\"m\"} 1.0",
              "weir_request_success_total{finished_reason=\"length\",model_name=\"m\"} 0.0",
              "weir_time_to_first_token_seconds_bucket{model_name=\"m\",le=\"0.02\"} 0",
              "weir_time_to_first_token_seconds_bucket{model_name=\"m\",le=\"0.04\"} 1",
              "weir_inter_token_latency_seconds_bucket{model_name=\"m\",le=\"0.025\"} 1",
              "weir_e2e_request_latency_seconds_bucket{model_name=\"m\",le=\"1.0\"} 0",
              "weir_e2e_request_latency_seconds_bucket{model_name=\"m\",le=\"1.5\"} 1",
              "weir_request_queue_time_seconds_count{model_name=\"m\"} 1",
              "weir_request_inference_time_seconds_sum{model_name=\"m\"} 0.05",
              "weir_request_prefill_time_seconds_sum{model_name=\"m\"} 0.03",
              "weir_request_decode_time_seconds_sum{model_name=\"m\"} 0.02",
              "weir_request_time_per_output_token_seconds_sum{model_name=\"m\"} 0.02",
              "weir_request_prompt_tokens_bucket{model_name=\"m\",le=\"10.0\"} 0",
              "weir_request_prompt_tokens_bucket{model_name=\"m\",le=\"20.0\"} 1",
              "weir_request_generation_tokens_sum{model_name=\"m\"} 2.0",
              "weir_request_params_max_tokens_sum{model_name=\"m\"} 40.0",
              "weir_iteration_tokens_bucket{model_name=\"m\",le=\"32.0\"} 1");
      assertThat(lines)
          .noneMatch(line ->
              line.startsWith("weir_request_prompt_tokens_bucket")
                  && line.contains("le=\"200.0\""));
    }
  }

  @Test
  void aRequestThatNonFiniteLogitsEndedIsAFaultOfItsOwn() {
    try (EngineMeters meters = new EngineMeters(registry, "m", MODEL, 100)) {
      meters.onFault("r", new IllegalStateException("a step failed"));
      meters.onFault("s", nonFinite());
      assertThat(registry.scrape().lines())
          .contains(
              "weir_engine_faults_total{model_name=\"m\"} 2.0",
              "weir_corrupted_requests_total{model_name=\"m\"} 1.0");
    }
  }

  private static RuntimeException nonFinite() {
    Sampler sampler = new Sampler(1);
    SamplingParameters greedy = SamplingParameters.builder(1).temperature(0).build();
    return catchThrowableOfType(
        NonFiniteLogits.class,
        () -> sampler.distribution(new float[] {Float.NaN}, greedy, new int[0], new int[0]));
  }

  @Test
  void theThreadsOfAStepAreThoseOfNow() {
    AtomicInteger threads = new AtomicInteger(2);
    try (EngineMeters meters = new EngineMeters(registry, "m", MODEL, 100)) {
      meters.watchThreads(threads::get);
      assertThat(registry.scrape().lines()).contains("weir_step_threads{model_name=\"m\"} 2.0");
      threads.set(1);
      assertThat(registry.scrape().lines()).contains("weir_step_threads{model_name=\"m\"} 1.0");
    }
  }

  @Test
  void aClosedWorkerLeavesNoMetersBehind() {
    EngineMeters meters = new EngineMeters(registry, "m", MODEL, 100);
    meters.watchThreads(() -> 1);
    meters.close();
    assertThat(registry.getMeters()).isEmpty();
  }
}
