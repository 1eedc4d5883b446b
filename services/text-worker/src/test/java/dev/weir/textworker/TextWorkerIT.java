package dev.weir.textworker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.ModelLimits;
import dev.weir.engine.TestingLanguageModel;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Message;
import dev.weir.proto.v1.ModelCard;
import dev.weir.proto.v1.Sampling;
import dev.weir.stream.EmbeddedBroker;
import dev.weir.stream.FreePorts;
import dev.weir.stream.KafkaModelRegistry;
import dev.weir.stream.KafkaRequestPublisher;
import dev.weir.stream.KafkaStreamReader;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.RequestPublisher.Published;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamConfig;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import dev.weir.stream.StreamReader.StreamListener;
import dev.weir.stream.StreamUnavailableException;
import dev.weir.worker.WorkerService;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker on a real broker, with a model without a device. */
@Timeout(120)
final class TextWorkerIT {
  private static @TempDir @Nullable Path data;
  private static @Nullable EmbeddedBroker broker;

  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void startBroker() {
    if (data != null) {
      broker = EmbeddedBroker.start(data);
    }
  }

  @AfterAll
  static void closeBroker() {
    if (broker != null) {
      broker.close();
    }
  }

  private static StreamConfig streams() {
    return StreamConfig.of(broker == null ? "" : broker.bootstrap());
  }

  private static TextWorkerConfig config(String name) {
    return TextWorkerConfig.load(
        Map.of(
            "weir.worker.model", "unused",
            "weir.worker.name", name,
            "weir.worker.worker", "w1",
            "weir.worker.step-tokens", "64",
            "weir.worker.close-limit", "PT0.2S",
            "weir.worker.port", "0"));
  }

  private static TextModel model(
      TextWorkerConfig config, PrometheusMeterRegistry metrics, TestingLanguageModel model) {
    return model(config, metrics, new ServedModel(model, "f32", "testing"));
  }

  private static TextModel model(
      TextWorkerConfig config, PrometheusMeterRegistry metrics, ServedModel served) {
    return TextModel.of(
        TestingCheckpoint.with(
            new TestingTokenizer(), "{% for m in messages %}{{ m.content }}{% endfor %}"),
        served,
        config,
        streams().defaultDeadline(),
        metrics);
  }

  private static WorkerService<TextWorker> start(String name, TestingLanguageModel model) {
    TextWorkerConfig config = config(name);
    return WorkerService.start(
        config.listen(),
        streams(),
        metrics ->
            TextWorker.start(config, streams(), metrics, () -> model(config, metrics, model)));
  }

  private HttpResponse<String> get(WorkerService<TextWorker> service, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(service.address() + path)).build(),
        BodyHandlers.ofString());
  }

  /** Publishes and reads the stream to its end. */
  private static List<Chunk> ask(String model, Consumer<GenerationRequest.Builder> change)
      throws Exception {
    return ask(model, RequestHeaders.NONE, change);
  }

  private static List<Chunk> ask(
      String model, RequestHeaders headers, Consumer<GenerationRequest.Builder> change)
      throws Exception {
    GenerationRequest.Builder request = GenerationRequest.newBuilder().setModel(model);
    request.setSampling(Sampling.newBuilder().setTemperature(0).setMaxTokens(6).setIgnoreEos(true));
    change.accept(request);
    try (KafkaRequestPublisher publisher =
            new KafkaRequestPublisher(streams(), Set::of, "/weir/test", null);
        KafkaStreamReader reader = new KafkaStreamReader(streams(), null)) {
      Published published =
          publisher
              .publish(request.build(), headers)
              .toCompletableFuture()
              .get(20, TimeUnit.SECONDS);
      List<Chunk> chunks = new ArrayList<>();
      CompletableFuture<List<Chunk>> all = new CompletableFuture<>();
      reader.follow(
          published.requestId(),
          new Start.From(published.from()),
          new StreamListener() {
            @Override
            public void onChunk(StreamChunk chunk) {
              chunks.add(chunk.chunk());
              if (chunk.chunk().hasFinished()) {
                all.complete(chunks);
              }
            }

            @Override
            public void onFailed(StreamFailure failure) {
              all.completeExceptionally(new AssertionError(failure.message()));
            }
          });
      return all.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void anAdapterHasItsOwnTopicAndCardAndAnswersBesideItsModel() throws Exception {
    ModelLimits limits = new ModelLimits(32, 64, 2, 8, 0, true, "testing", 1);
    TextWorkerConfig config = config("base");
    ServedModel served =
        new ServedModel(
            new TestingLanguageModel(limits),
            "f32",
            "testing",
            List.of(new ServedModel.Adapter("poems", "0123456789abcdef0123")));
    try (WorkerService<TextWorker> service =
        WorkerService.start(
            config.listen(),
            streams(),
            metrics ->
                TextWorker.start(
                    config, streams(), metrics, () -> model(config, metrics, served)))) {
      assertThat(service.worker().models()).containsExactly("base", "poems");
      List<String> texts = new ArrayList<>();
      List<String> numerics = new ArrayList<>();
      for (String name : service.worker().models()) {
        List<Chunk> answer = ask(name, r -> r.setPrompt("weir"));
        assertThat(answer.getLast().getFinished().getTotal()).isEqualTo(6);
        numerics.add(answer.getFirst().getStarted().getNumericsId());
        texts.add(
            String.join("", answer.stream().map(chunk -> chunk.getTokens().getText()).toList()));
      }
      assertThat(numerics).containsExactly("testing", "testing-lora-0123456789abcdef");
      assertThat(texts).doesNotHaveDuplicates();
      try (KafkaModelRegistry registry = new KafkaModelRegistry(streams(), null)) {
        registry.awaitLoaded();
        assertThat(
                registry.cards().stream()
                    .filter(card -> service.worker().models().contains(card.getModel()))
                    .map(ModelCard::getNumericsId))
            .containsExactlyInAnyOrderElementsOf(numerics);
      }
    }
  }

  @Test
  void aRequestOnKafkaIsAnsweredAndMeasured() throws Exception {
    TestingLanguageModel model = new TestingLanguageModel(TestingLanguageModel.limits(2, 64));
    try (WorkerService<TextWorker> service = start("letters", model)) {
      assertThat(get(service, "/health/live").statusCode()).isEqualTo(200);
      assertThat(get(service, "/health/ready").body()).isEqualTo("{\"status\":\"up\"}");

      List<Chunk> answer =
          ask(
              "letters",
              r -> r.addMessages(Message.newBuilder().setRole("user").setContent("weir")));
      assertThat(answer.getFirst().getStarted().getNumericsId()).isEqualTo("testing");
      Finished finished = answer.getLast().getFinished();
      assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
      assertThat(finished.getTotal()).isEqualTo(6);
      assertThat(finished.getUsage().getPromptTokens()).isEqualTo(4);
      String text =
          String.join("", answer.stream().map(chunk -> chunk.getTokens().getText()).toList());
      assertThat(text).hasSizeBetween(1, 6);

      Finished refused = ask("letters", r -> r.setPrompt("a".repeat(70))).getLast().getFinished();
      assertThat(refused.getError().getCode()).isEqualTo("context_length_exceeded");
      assertThat(refused.getError().getField()).isEqualTo("prompt");

      String metrics = get(service, "/metrics").body();
      assertThat(metrics)
          .contains("weir_generation_tokens_total{model_name=\"letters\"} 6.0")
          .contains("weir_kv_cache_usage_perc{model_name=\"letters\"} 0.0")
          .contains("jvm_memory_used_bytes")
          .contains("kafka_producer_record_send_total");

      try (KafkaModelRegistry registry = new KafkaModelRegistry(streams(), null)) {
        registry.awaitLoaded();
        ModelCard card = registry.cards().getFirst();
        // a card is also written when a slot is taken or free
        assertThat(
                card.toBuilder()
                    .clearReadyMs()
                    .clearWrittenMs()
                    .clearRunning()
                    .clearWaiting()
                    .build())
            .isEqualTo(
                ModelCard.newBuilder()
                    .setModel("letters")
                    .setWorker("w1")
                    .setKind("text")
                    .setFamily("llama")
                    .setContextLength(64)
                    .setVocabulary(32)
                    .setSlots(2)
                    .setPrecision("f32")
                    .setBackend("testing")
                    .setNumericsId("testing")
                    .setVersion("development")
                    .setChat(true)
                    .build());
      }
    }
    assertThat(model.closed()).isTrue();
  }

  @Test
  void aPromptIsFoundInTheCacheByRequestsOfTheSameSaltAlone() throws Exception {
    TestingLanguageModel model = new TestingLanguageModel(TestingLanguageModel.limits(2, 64));
    try (WorkerService<TextWorker> service = start("salted", model)) {
      String prompt = "abcdefgh".repeat(5); // two whole blocks of the cache and a half
      assertThat(cachedTokens("salted", prompt, null)).isEqualTo(0);
      assertThat(cachedTokens("salted", prompt, null)).isEqualTo(32);
      assertThat(cachedTokens("salted", prompt, "x")).isEqualTo(0);
      assertThat(cachedTokens("salted", prompt, "x")).isEqualTo(32);
      assertThat(cachedTokens("salted", prompt, "y")).isEqualTo(0);
      assertThat(service.worker().ready()).isTrue();
    }
  }

  private static int cachedTokens(String model, String prompt, @Nullable String salt)
      throws Exception {
    Finished finished =
        ask(
                model,
                r -> {
                  r.setPrompt(prompt);
                  if (salt != null) {
                    r.setCacheSalt(salt);
                  }
                })
            .getLast()
            .getFinished();
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    return finished.getUsage().getCachedTokens();
  }

  @Test
  void aTenantIsServedInTurnAlthoughAnotherAskedForMuchBefore() throws Exception {
    TestingLanguageModel model = new TestingLanguageModel(TestingLanguageModel.limits(1, 64));
    try (WorkerService<TextWorker> service = start("shared", model)) {
      CountDownLatch all = new CountDownLatch(1);
      List<Integer> order = Collections.synchronizedList(new ArrayList<>());
      model.onStep(slices -> {
        slices.stream()
            .filter(slice -> slice.start() == 0) // the beginning of a prompt
            .forEach(slice -> order.add(slice.tokens()[0]));
        awaitUninterruptibly(all);
      });
      List<CompletableFuture<List<Chunk>>> answers = new ArrayList<>();
      for (int i = 1; i <= 6; i++) {
        answers.add(askLater("shared", "much", "aaa"));
        awaitTaken(service, i);
      }
      answers.add(askLater("shared", "little", "bbb"));
      awaitTaken(service, 7);
      assertThat(service.worker().card().getRunning()).isEqualTo(1);
      assertThat(service.worker().card().getWaiting()).isEqualTo(6);
      all.countDown();
      for (CompletableFuture<List<Chunk>> answer : answers) {
        assertThat(answer.get(60, TimeUnit.SECONDS).getLast().getFinished().getTotal())
            .isEqualTo(6);
      }
      int little = new TestingTokenizer().encode("b", false)[0];
      assertThat(order).hasSize(7);
      // behind the one that ran, and at most one more: a newcomer has no credit for its absence
      assertThat(order.indexOf(little)).isBetween(1, 2);
    }
  }

  private static CompletableFuture<List<Chunk>> askLater(
      String model, String tenant, String prompt) {
    RequestHeaders headers = new RequestHeaders(tenant, 0, 0, null, null, null);
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return ask(model, headers, r -> r.setPrompt(prompt).setAddSpecialTokens(false));
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  private static void awaitTaken(WorkerService<TextWorker> service, int count) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (service.worker().card().getRunning() + service.worker().card().getWaiting() < count) {
      assertThat(System.nanoTime()).as("%d requests are taken", count).isLessThan(end);
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anEngineThatStopsTakesTheWorkerOutOfServiceAndAnotherGoesOn() throws Exception {
    TestingLanguageModel model = new TestingLanguageModel(TestingLanguageModel.limits(2, 64));
    try (WorkerService<TextWorker> service = start("mortal", model)) {
      model.onStep(slices -> {
        throw new OutOfMemoryError("testing");
      });
      CompletableFuture<List<Chunk>> answer = askLater("mortal", "", "a");
      assertThat(service.failure().toCompletableFuture().get(10, TimeUnit.SECONDS))
          .isInstanceOf(OutOfMemoryError.class);
      assertThat(get(service, "/health/live").statusCode()).isEqualTo(503);
      assertThat(get(service, "/health/ready").body())
          .isEqualTo("{\"status\":\"the engine has stopped\"}");
      try (WorkerService<TextWorker> other =
          start("mortal", new TestingLanguageModel(TestingLanguageModel.limits(2, 64)))) {
        Finished finished = answer.get(60, TimeUnit.SECONDS).getLast().getFinished();
        assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
        assertThat(other.failure().toCompletableFuture()).isNotDone();
      }
    }
  }

  @Test
  void aPortThatIsTakenIsOneClearSentence() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      TextWorkerConfig config =
          TextWorkerConfig.load(Map.of("weir.worker.model", "unused", "weir.worker.port", port));
      assertThatThrownBy(() ->
              WorkerService.start(
                  config.listen(),
                  streams(),
                  metrics -> TextWorker.start(config, streams(), metrics)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("the worker cannot listen on 127.0.0.1:" + port)
          .hasMessageEndingWith("choose another port with weir.worker.port");
    }
  }

  @Test
  void aBrokerThatIsDownIsToldBeforeTheModelIsLoaded() {
    int port = FreePorts.one();
    StreamConfig nowhere = StreamConfig.of("127.0.0.1:" + port);
    assertThatThrownBy(() ->
            WorkerService.start(
                config("m").listen(),
                nowhere,
                metrics -> TextWorker.start(config("m"), nowhere, metrics)))
        .isInstanceOf(StreamUnavailableException.class)
        .hasMessageContaining("127.0.0.1:" + port);
  }
}
