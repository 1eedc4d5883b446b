package dev.weir.standalone.command;

import dev.weir.client.Answer;
import dev.weir.client.WeirClient;
import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.KafkaModelRegistry;
import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A client of a Weir that is known to answer. */
final class ClientSession implements AutoCloseable {
  /** What a model makes. */
  enum Kind {
    ANY("", "", ""),
    TEXT("text", "writes", "draws; ask it with: weir imagine --model NAME \"...\""),
    IMAGE("image", "draws", "writes text; ask it with: weir generate NAME --prompt \"...\"");

    private final String word;
    private final String does;
    private final String other;

    Kind(String word, String does, String other) {
      this.word = word;
      this.does = does;
      this.other = other;
    }
  }

  private static final long CANCEL_LIMIT_MS = 2_000;

  private final WeirClient client;
  private final AtomicReference<@Nullable Answer> running = new AtomicReference<>();

  private ClientSession(WeirClient client) {
    this.client = client;
    Runtime.getRuntime().addShutdownHook(new Thread(this::cancelRunning, "weir-cancel"));
  }

  /**
   * Connects.
   *
   * @param model must be served; null if any will do
   * @param kind what it must be
   * @throws CommandException if Kafka does not answer, nobody serves the model, or it is no such
   */
  static ClientSession open(StreamConfig streams, @Nullable String model, Kind kind) {
    try (StreamAdmin admin = new StreamAdmin(streams)) {
      if (!admin.answers()) {
        throw new CommandException(
            "no Kafka answers at %s; start weir with 'weir up', or name yours with --bootstrap"
                .formatted(streams.bootstrap()));
      }
    }
    if (model != null) {
      requireServed(streams, model, kind);
    }
    return new ClientSession(WeirClient.connect(streams));
  }

  private static void requireServed(StreamConfig streams, String model, Kind kind) {
    List<ModelCard> cards = cards(streams);
    List<String> served = names(cards, kind);
    if (served.contains(model)) {
      return;
    }
    if (cards.stream().anyMatch(card -> card.getModel().equals(model))) {
      throw new CommandException(model + " " + kind.other.replace("NAME", model));
    }
    throw new CommandException(
        served.isEmpty()
            ? "no model that %s is served at %s".formatted(kind.does, streams.bootstrap())
            : "no model '%s' is served; served are %s".formatted(model, served));
  }

  /** Names of the models of a kind that are served now. */
  static List<String> served(StreamConfig streams, Kind kind) {
    return names(cards(streams), kind);
  }

  private static List<String> names(List<ModelCard> cards, Kind kind) {
    return cards.stream()
        .filter(card -> kind == Kind.ANY || card.getKind().equals(kind.word))
        .map(ModelCard::getModel)
        .distinct()
        .sorted()
        .toList();
  }

  /** Whether all that serve a model take messages; else it goes on with texts and nothing more. */
  static boolean chats(StreamConfig streams, String model) {
    return cards(streams).stream()
        .filter(card -> card.getModel().equals(model))
        .allMatch(ModelCard::getChat);
  }

  private static List<ModelCard> cards(StreamConfig streams) {
    try (KafkaModelRegistry registry = new KafkaModelRegistry(streams, null)) {
      registry.awaitLoaded();
      return registry.cards();
    }
  }

  WeirClient client() {
    return client;
  }

  /** Ctrl-C then cancels this answer's request. */
  void cancelOnInterrupt(Answer answer) {
    running.set(answer);
  }

  private void cancelRunning() {
    Answer answer = running.getAndSet(null);
    if (answer != null) {
      try {
        client
            .cancel(answer.requestId())
            .toCompletableFuture()
            .get(CANCEL_LIMIT_MS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
        System.err.println("weir: the request could not be cancelled: " + e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    running.set(null);
    client.close();
  }
}
