package dev.weir.bench.fault;

import dev.weir.stream.RequestPublisher.Published;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Streams that run at the same time, each followed live by one reader and read again by another
 * when it has ended; the last ones once more at the end of the run.
 */
final class CheckedStreams {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  /** Streams that each thread reads again at the end: what came late is seen there. */
  private static final int KEPT = 16;

  private final Publisher publisher;
  private final List<Device> devices;
  private final int gateways;
  private final Tally tally;
  private final Map<Question, Expected> answers;
  private final List<Question> questions;
  private final Set<LiveStream> live = ConcurrentHashMap.newKeySet();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean ending;

  /**
   * @param answers known, as they come when nothing happens
   */
  CheckedStreams(
      Publisher publisher,
      List<Device> devices,
      int gateways,
      Map<Question, Expected> answers,
      Tally tally) {
    this.publisher = publisher;
    this.devices = List.copyOf(devices);
    this.gateways = gateways;
    this.answers = Map.copyOf(answers);
    this.questions =
        answers.keySet().stream().sorted(Comparator.comparingInt(Question::number)).toList();
    this.tally = tally;
  }

  /** Begins so many conversations. */
  void start(int streams, SplittableRandom random) {
    for (int i = 0; i < streams; i++) {
      SplittableRandom own = random.split();
      threads.add(Thread.ofVirtual().name("weir-faults-stream-" + i).start(() -> converse(own)));
    }
  }

  private void converse(SplittableRandom random) {
    Deque<Ended> ended = new ArrayDeque<>();
    try {
      while (!ending) {
        Ended stream = ask(questions.get(random.nextInt(questions.size())), random);
        if (stream != null) {
          readAgain(stream, random);
          ended.add(stream);
          if (ended.size() > KEPT) {
            ended.remove();
          }
        }
      }
      for (Ended stream : ended) {
        readAgain(stream, random);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Ended(Question question, String requestId) {}

  private @Nullable Ended ask(Question question, SplittableRandom random)
      throws InterruptedException {
    Device device = devices.get(random.nextInt(devices.size()));
    int gateway = device.name().equals("client") ? -1 : random.nextInt(gateways);
    Published published = publisher.publish(question, gateway);
    if (published == null) {
      tally.lostRequest("%s was accepted by nobody for 90 s".formatted(question));
      return null;
    }
    StreamCheck check = new StreamCheck(answers.get(question), tally, System::nanoTime);
    Following reader =
        new Following(device, published.requestId(), check, gateways, Math.max(0, gateway));
    LiveStream stream = new LiveStream(question, published, check, reader);
    live.add(stream);
    try {
      reader.run(LIMIT);
    } finally {
      live.remove(stream);
    }
    tally.stream();
    tally.reading(check, words(question, published.requestId(), device, "live"));
    return new Ended(question, published.requestId());
  }

  private void readAgain(Ended stream, SplittableRandom random) throws InterruptedException {
    Device device = devices.get(random.nextInt(devices.size()));
    readFromTheBeginning(stream.question(), stream.requestId(), device, random, "replayed");
  }

  /** Another reader of a stream that runs or has ended. */
  void readFromTheBeginning(
      Question question, String requestId, Device device, SplittableRandom random, String how)
      throws InterruptedException {
    StreamCheck check =
        new StreamCheck(answers.get(question), StreamCheck.Timing.NONE, System::nanoTime);
    new Following(device, requestId, check, gateways, random.nextInt(gateways)).run(LIMIT);
    tally.reading(check, words(question, requestId, device, how));
  }

  private static String words(Question question, String id, Device device, String how) {
    return "stream %s (%s), %s by %s".formatted(id, question, how, device.name());
  }

  /** Those that run. */
  List<LiveStream> live() {
    return List.copyOf(live);
  }

  /** Devices of other kinds than one. */
  List<Device> devicesBut(String name) {
    return devices.stream().filter(device -> !device.name().equals(name)).toList();
  }

  /** Begins no more streams, and returns when those that run have ended and were read again. */
  void finish() throws InterruptedException {
    ending = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
