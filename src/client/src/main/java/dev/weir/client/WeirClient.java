package dev.weir.client;

import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImageOptions;
import dev.weir.proto.v1.Message;
import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.Cursor;
import dev.weir.stream.KafkaModelRegistry;
import dev.weir.stream.KafkaRequestPublisher;
import dev.weir.stream.KafkaStreamReader;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.RequestPublisher;
import dev.weir.stream.RequestPublisher.Published;
import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import dev.weir.stream.StreamReader;
import dev.weir.stream.StreamReader.Start;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Weir for event-driven applications: publish a prompt, read its stream.
 *
 * <pre>{@code
 * try (WeirClient weir = WeirClient.connect("127.0.0.1:9092")) {
 *   try (Answer answer = weir.ask(WeirClient.chat("smollm2", "Write a haiku about rivers."))) {
 *     for (AnswerEvent event : answer) {
 *       if (event instanceof AnswerEvent.Text tokens) {
 *         System.out.print(tokens.text());
 *       }
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>What a request may say beside its prompt is set on the builder: {@code setSampling}, and
 * {@code setCacheSalt} where no other request shall find its prompt in a worker's cache.
 *
 * <p>Safe for use by any thread. One client a process is enough.
 */
public final class WeirClient implements AutoCloseable {
  /** A stream that says nothing for so long is given up; longer than a request may run. */
  private static final Duration SILENCE_LIMIT = Duration.ofMinutes(11);

  private final StreamConfig streams;
  private final RequestPublisher publisher;
  private final StreamReader reader;

  /** Opened by the first who asks for models: most clients know theirs. */
  private @Nullable KafkaModelRegistry registry;

  private boolean closed;

  private WeirClient(StreamConfig streams) {
    this.streams = streams;
    this.publisher = new KafkaRequestPublisher(streams, Set::of, "/weir/client", null);
    this.reader = new KafkaStreamReader(streams, null);
  }

  /** Connects to Kafka with the default settings. */
  public static WeirClient connect(String bootstrap) {
    return connect(StreamConfig.of(bootstrap));
  }

  /** Connects to Kafka; it need not answer yet. */
  public static WeirClient connect(StreamConfig streams) {
    return new WeirClient(streams);
  }

  /** A request for the continuation of a text. */
  public static GenerationRequest.Builder prompt(String model, String prompt) {
    return GenerationRequest.newBuilder().setModel(model).setPrompt(prompt);
  }

  /** A request for the answer to what a user says. */
  public static GenerationRequest.Builder chat(String model, String user) {
    return GenerationRequest.newBuilder()
        .setModel(model)
        .addMessages(Message.newBuilder().setRole("user").setContent(user));
  }

  /**
   * A request for pictures, of a model that draws. One is drawn as large as the model draws; {@code
   * setImage} asks for more, for larger ones, for previews, or for variations of a picture:
   *
   * <pre>{@code
   * var image = ImageOptions.newBuilder().setN(4).setScale(16).setPreviews(8);
   * try (Answer answer = weir.ask(WeirClient.draw("pixel", "a man with a hat").setImage(image))) {
   *   for (AnswerEvent event : answer) {
   *     switch (event) {
   *       case AnswerEvent.Glimpse glimpse -> show(glimpse.preview());
   *       case AnswerEvent.Image drawn -> Files.write(file, drawn.picture().bytes());
   *       case AnswerEvent.End end -> end.warnings().forEach(this::tell);
   *       case AnswerEvent.Began _, AnswerEvent.Text _ -> {}
   *     }
   *   }
   * }
   * }</pre>
   *
   * @param prompt empty: anything is drawn
   */
  public static GenerationRequest.Builder draw(String model, String prompt) {
    return GenerationRequest.newBuilder()
        .setModel(model)
        .setPrompt(prompt)
        .setImage(ImageOptions.getDefaultInstance());
  }

  /**
   * Publishes a request and follows its stream from the beginning; waits until Kafka has taken it.
   */
  public Answer ask(GenerationRequest.Builder request) {
    return ask(request.build(), RequestHeaders.NONE);
  }

  /**
   * Publishes a request and follows its stream from the beginning; waits until Kafka has taken it.
   *
   * @throws RuntimeException what {@link #publish} fails with
   */
  public Answer ask(GenerationRequest request, RequestHeaders headers) {
    try {
      Published published = publish(request, headers).toCompletableFuture().join();
      return new Answer(
          reader, published.requestId(), new Start.From(published.from()), SILENCE_LIMIT);
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** Publishes a request; completes with its id when Kafka has acknowledged it. */
  public CompletionStage<Published> publish(GenerationRequest request, RequestHeaders headers) {
    return publisher.publish(request, headers);
  }

  /** Follows the stream of any request from its beginning, live or replayed. */
  public Answer follow(String requestId) {
    return new Answer(reader, requestId, new Start.Beginning(), SILENCE_LIMIT);
  }

  /** Follows a stream behind the last chunk that was taken before. */
  public Answer resume(String requestId, Cursor cursor) {
    return new Answer(reader, requestId, new Start.After(cursor), SILENCE_LIMIT);
  }

  /**
   * Asks for the end of a request; its stream then finishes as cancelled. No error if it has ended
   * already.
   */
  public CompletionStage<Void> cancel(String requestId) {
    return publisher.cancel(requestId, "cancelled by the client");
  }

  /**
   * What is served now: a card for each model of each worker, renewed by the worker every 10 s and
   * dropped when it is 30 s old. The first call reads the topic and takes up to a few seconds;
   * later ones return at once.
   *
   * @throws AnswerException {@code unavailable} if Kafka does not answer
   */
  public List<ModelCard> models() {
    List<ModelCard> cards = registry().cards();
    if (cards.isEmpty()) {
      try (StreamAdmin admin = new StreamAdmin(streams)) {
        if (!admin.answers()) {
          throw new AnswerException(
              "unavailable", "Kafka at " + streams.bootstrap() + " does not answer");
        }
      }
    }
    return cards;
  }

  private KafkaModelRegistry registry() {
    KafkaModelRegistry open;
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("the client is closed");
      }
      if (registry == null) {
        registry = new KafkaModelRegistry(streams, null);
      }
      open = registry;
    }
    open.awaitLoaded();
    return open;
  }

  @Override
  public void close() {
    KafkaModelRegistry open;
    synchronized (this) {
      closed = true;
      open = registry;
      registry = null;
    }
    if (open != null) {
      open.close();
    }
    publisher.close();
    reader.close();
  }
}
