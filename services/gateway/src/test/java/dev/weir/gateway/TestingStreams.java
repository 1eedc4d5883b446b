package dev.weir.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.ModelCard;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Started;
import dev.weir.proto.v1.StoredObject;
import dev.weir.proto.v1.TokenLogprob;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.Usage;
import dev.weir.stream.Cursor;
import dev.weir.stream.ModelRegistry;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.RequestPublisher;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The stream module's interfaces on a log in memory. One thread of its own is the reader's; the
 * test is the worker.
 */
final class TestingStreams implements RequestPublisher, StreamReader, ModelRegistry {
  static final String MODEL = "smollm2";

  /** A model that draws; its card is not there unless a test adds it. */
  static final String PICTURES = "pixel";

  private static final ByteString ATTEMPT = ByteString.copyFrom(new byte[16]);

  final BlockingQueue<Sent> requests = new LinkedBlockingQueue<>();
  final BlockingQueue<String> cancellations = new LinkedBlockingQueue<>();
  final AtomicInteger subscriptions = new AtomicInteger(); // open now
  final AtomicInteger follows = new AtomicInteger(); // ever opened
  final List<ModelCard> cards = new CopyOnWriteArrayList<>();
  volatile @Nullable CompletionStage<Published> nextPublish;
  volatile boolean closed;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(run -> {
        Thread reader = new Thread(run, "testing-reader");
        reader.setDaemon(true);
        return reader;
      });
  // Of the thread.
  private final Map<String, List<StreamChunk>> logs = new LinkedHashMap<>();
  private final List<Listening> listenings = new ArrayList<>();
  private final AtomicInteger ids = new AtomicInteger();
  private long offset = 1000;

  /** A request as it was published. */
  record Sent(String id, GenerationRequest request, RequestHeaders headers) {}

  TestingStreams() {
    cards.add(card(MODEL));
  }

  static ModelCard card(String model) {
    return ModelCard.newBuilder()
        .setModel(model)
        .setWorker("worker-1")
        .setKind("text")
        .setFamily("llama")
        .setContextLength(2048)
        .setSlots(8)
        .setNumericsId("numerics-1")
        .setReadyMs(1_700_000_000_000L)
        .setChat(true)
        .build();
  }

  static ModelCard imageCard() {
    return card(PICTURES).toBuilder()
        .setKind("image")
        .setFamily("pixel")
        .setContextLength(0)
        .setChat(false)
        .build();
  }

  @Override
  public CompletionStage<Published> publish(GenerationRequest request, RequestHeaders headers) {
    CompletionStage<Published> prepared = nextPublish;
    if (prepared != null) {
      nextPublish = null;
      return prepared;
    }
    String id = "018f-%04d".formatted(ids.incrementAndGet());
    return CompletableFuture.supplyAsync(
        () -> {
          logs.put(id, new ArrayList<>());
          requests.add(new Sent(id, request, headers));
          return new Published(id, new Cursor(0, offset));
        },
        thread);
  }

  @Override
  public CompletionStage<Void> cancel(String requestId, String reason) {
    cancellations.add(requestId);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public Subscription follow(String requestId, Start start, StreamListener listener) {
    follows.incrementAndGet();
    subscriptions.incrementAndGet();
    Listening listening = new Listening(requestId, listener);
    thread.execute(() -> begin(listening, start));
    return listening;
  }

  private void begin(Listening listening, Start start) {
    List<StreamChunk> log = logs.get(listening.requestId);
    if (log == null) {
      listening.fail(new StreamFailure("not_found", "no such stream", null));
      return;
    }
    if (start instanceof Start.After after
        && log.stream().noneMatch(chunk -> chunk.cursor().equals(after.cursor()))) {
      listening.fail(new StreamFailure("cursor_gone", "The cursor's record is gone.", null));
      return;
    }
    listenings.add(listening);
    for (StreamChunk chunk : List.copyOf(log)) {
      boolean behind =
          switch (start) {
            case Start.After after -> chunk.cursor().offset() > after.cursor().offset();
            case Start.From from -> chunk.cursor().offset() >= from.from().offset();
            case Start.Beginning beginning -> true;
          };
      if (behind) {
        listening.take(chunk);
      }
    }
  }

  @Override
  public List<ModelCard> cards() {
    return cards;
  }

  @Override
  public void close() {
    closed = true;
    thread.shutdownNow();
  }

  // The worker's side.

  Sent takeRequest() throws InterruptedException {
    Sent sent = requests.poll(60, TimeUnit.SECONDS);
    if (sent == null) {
      throw new AssertionError("no request was published within a minute");
    }
    return sent;
  }

  String takeCancellation() throws InterruptedException {
    String id = cancellations.poll(60, TimeUnit.SECONDS);
    if (id == null) {
      throw new AssertionError("nothing was cancelled within a minute");
    }
    return id;
  }

  void started(String id) {
    emit(
        id,
        Chunk.newBuilder()
            .setStarted(
                Started.newBuilder()
                    .setModel(MODEL)
                    .setWorker("worker-1")
                    .setNumericsId("numerics-1")));
  }

  void tokens(String id, long firstIndex, String text, TokenLogprob... logprobs) {
    emit(
        id,
        Chunk.newBuilder()
            .setTokens(
                Tokens.newBuilder()
                    .setFirstIndex(firstIndex)
                    .addIds((int) (100 + firstIndex))
                    .setText(text)
                    .addAllLogprobs(List.of(logprobs))
                    .setBornMs(1_700_000_000_123L)
                    .setPromptTokens(firstIndex == 0 ? 5 : 0)));
  }

  void preview(String id, int picture, int step, byte[] png) {
    emit(
        id,
        Chunk.newBuilder()
            .setPreview(
                Preview.newBuilder()
                    .setMediaType("image/png")
                    .setData(UnsafeByteOperations.unsafeWrap(png))
                    .setStep(step)
                    .setSteps(16)
                    .setPicture(picture)));
  }

  /** A picture of 256 x 256. */
  void picture(String id, int index, boolean last, byte[] png) {
    picture(id, part(index, last).setData(UnsafeByteOperations.unsafeWrap(png)));
  }

  /** A picture that lies elsewhere. */
  void storedPicture(String id, int index, boolean last, String uri, byte[] sha256) {
    picture(
        id,
        part(index, last)
            .setStored(
                StoredObject.newBuilder()
                    .setUri(uri)
                    .setSha256(ByteString.copyFrom(sha256))
                    .setSize(1_000_000)));
  }

  private void picture(String id, ImagePart.Builder part) {
    emit(id, Chunk.newBuilder().setImage(part));
  }

  private static ImagePart.Builder part(int index, boolean last) {
    return ImagePart.newBuilder()
        .setFirstIndex(index)
        .setMediaType("image/png")
        .setWidth(256)
        .setHeight(256)
        .setLast(last);
  }

  void finished(String id, FinishReason reason, int total) {
    finished(
        id,
        Finished.newBuilder()
            .setReason(reason)
            .setTotal(total)
            .setUsage(
                Usage.newBuilder()
                    .setPromptTokens(5)
                    .setCompletionTokens(total)
                    .setCachedTokens(2)));
  }

  void failed(String id, String code, int status, String field) {
    finished(
        id,
        Finished.newBuilder()
            .setReason(FinishReason.FINISH_REASON_ERROR)
            .setError(
                Failure.newBuilder()
                    .setKind(status < 500 ? "invalid_request" : "internal")
                    .setCode(code)
                    .setField(field)
                    .setMessage("the worker says " + code)
                    .setHttpStatus(status)));
  }

  void finished(String id, Finished.Builder finished) {
    emit(id, Chunk.newBuilder().setFinished(finished));
  }

  /** A whole answer: started, a chunk for each text, finished. */
  void answer(String id, FinishReason reason, String... texts) {
    started(id);
    for (int i = 0; i < texts.length; i++) {
      tokens(id, i, texts[i]);
    }
    finished(id, reason, texts.length);
  }

  void emit(String id, Chunk.Builder chunk) {
    thread.execute(() -> {
      StreamChunk record =
          new StreamChunk(new Cursor(0, offset++), chunk.setAttempt(ATTEMPT).build());
      logs.computeIfAbsent(id, key -> new ArrayList<>()).add(record);
      for (Listening listening : List.copyOf(listenings)) {
        if (listening.requestId.equals(id)) {
          listening.take(record);
        }
      }
    });
  }

  void breakStream(String id, StreamFailure failure) {
    thread.execute(() -> {
      for (Listening listening : List.copyOf(listenings)) {
        if (listening.requestId.equals(id)) {
          listening.fail(failure);
        }
      }
    });
  }

  private final class Listening implements Subscription {
    private final String requestId;
    private final StreamListener listener;
    private volatile boolean left;

    Listening(String requestId, StreamListener listener) {
      this.requestId = requestId;
      this.listener = listener;
    }

    void take(StreamChunk chunk) {
      if (!left) {
        listener.onChunk(chunk);
      }
    }

    void fail(StreamFailure failure) {
      if (!left) {
        listener.onFailed(failure);
      }
    }

    @Override
    public void close() {
      if (!left) {
        left = true;
        subscriptions.decrementAndGet();
        thread.execute(() -> listenings.remove(this));
      }
    }
  }
}
