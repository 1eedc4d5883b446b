package dev.weir.simulation;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Workers, brokers, gateways and readers in virtual time, in one thread. */
final class Cluster {
  /** When all is over that can go wrong, every request ends within so long. */
  private static final int END_LIMIT_MS = 30_000;

  private static final long START_MS = 1_750_000_000_000L;

  final Dice dice;
  final Schedule schedule;
  final Agenda agenda = new Agenda(START_MS);
  final Faults faults;
  final SimulatedLog log;
  final ShareGroup group;
  final LedgerTopics ledgerTopics;
  final ControlTopic control = new ControlTopic(this);
  final List<RequestPlan> plans = new ArrayList<>();
  final Seams seams;
  private final SimulatedPublisher publisher = new SimulatedPublisher(this);
  private final Journal journal;
  private final Statistics statistics;
  private final Map<String, RequestPlan> byId = new HashMap<>();
  private final List<SimulatedReader> readers = new ArrayList<>();
  private final SimulatedWorker[] workers;
  private final int[] incarnations;
  private @Nullable SimulatedLedger ledger;
  private long attempts;
  private long restartedMs;

  Cluster(long seed, Seams seams, Statistics statistics, @Nullable Consumer<String> lines) {
    this.dice = new Dice(seed);
    this.seams = seams;
    this.statistics = statistics;
    this.journal = new Journal(agenda, lines);
    this.schedule = Schedule.draw(dice);
    this.faults = new Faults(dice);
    this.log = new SimulatedLog(this, schedule.partitions());
    this.group = new ShareGroup(this, schedule.deliveryLimit());
    note(() -> schedule.toString());
    workers = new SimulatedWorker[schedule.workers()];
    incarnations = new int[workers.length];
    ledgerTopics = new LedgerTopics(this);
    ledger = new SimulatedLedger(this);
    drawRequests();
    for (int i = 0; i < workers.length; i++) {
      startWorker(i, dice.below(200));
    }
    drawFaults();
  }

  private void drawRequests() {
    for (int i = 0; i < schedule.requests(); i++) {
      RequestPlan plan = new RequestPlan(i, dice, schedule.partitions());
      plans.add(plan);
      byId.put(plan.id, plan);
      publisher.add(plan);
      int count = dice.between(1, 3);
      for (int n = 0; n < count; n++) {
        SimulatedReader reader = new SimulatedReader(this, plan, n);
        readers.add(reader);
        reader.come((int) plan.publishAfterMs + dice.delay(100, 3_000));
      }
    }
  }

  private void drawFaults() {
    for (int i = 0; i < schedule.faults(); i++) {
      Fault fault = schedule.fault(dice);
      agenda.in(dice.below(schedule.faultsEndMs()), () -> due(fault));
    }
    agenda.in(
        schedule.faultsEndMs(),
        () -> {
          faults.end();
          note(() -> "nothing goes wrong any more");
        });
  }

  private void due(Fault fault) {
    switch (fault) {
      case BROKER_RESTART -> {
        count(Occurrence.BROKER_RESTARTS);
        note(() -> "brokers restart");
        restartedMs = agenda.millis() + dice.below(1_500);
        group.restart();
      }
      case LOSS -> log.lose(dice.below(log.partitions()), dice.between(1, 4));
      case CRASH,
          PAUSE,
          SEND_FAILS,
          SEND_UNSURE,
          SEND_UNSURE_LATE,
          SEND_STALLS,
          RENEWAL_LOST,
          RENEWAL_REFUSED,
          SETTLEMENT_LOST,
          GATEWAY_CRASH,
          HAND_OVER,
          LEDGER_CRASH,
          LEDGER_PAUSE ->
          faults.due(fault);
    }
  }

  /** A worker comes, or another one in its place. */
  void startWorker(int number, int afterMs) {
    agenda.in(
        afterMs, () -> workers[number] = new SimulatedWorker(this, number, ++incarnations[number]));
  }

  /** The ledger goes on in another instance. */
  void startLedger(int afterMs) {
    agenda.in(afterMs, () -> ledger = new SimulatedLedger(this));
  }

  void wakeLedger(int partition) {
    if (ledger != null) {
      ledger.wake(partition);
    }
  }

  void run() {
    long endMs = START_MS + schedule.faultsEndMs() + END_LIMIT_MS;
    boolean more = true;
    while (more && !isDone()) {
      more = agenda.next(endMs);
      if (!more && endMs < lateEndMs() && anyDropped()) {
        endMs = lateEndMs(); // the ledger ends what the brokers dropped, behind its deadline
        more = true;
      }
    }
    if (!isDone()) {
      throw new Violation("it does not end: " + group.left() + readersLeft());
    }
    readers.forEach(SimulatedReader::checkEnd);
    for (RequestPlan plan : plans) {
      ledgerTopics.check(plan);
      countEnd(plan);
    }
    statistics.ended(agenda.happenings());
  }

  private boolean isDone() {
    if (!publisher.isDone() || !group.isDone()) {
      return false;
    }
    for (SimulatedReader reader : readers) {
      if (!reader.isDone()) {
        return false;
      }
    }
    for (RequestPlan plan : plans) {
      if (needsResult(plan) && !ledgerTopics.hasResult(plan)) {
        return false;
      }
    }
    return true;
  }

  private static boolean needsResult(RequestPlan plan) {
    return !plan.lost && !plan.isUnheardOf();
  }

  private boolean anyDropped() {
    for (RequestPlan plan : plans) {
      if (plan.dropped) {
        return true;
      }
    }
    return false;
  }

  private long lateEndMs() {
    return START_MS + schedule.faultsEndMs() + Schedule.DEFAULT_DEADLINE_MS + 2 * END_LIMIT_MS;
  }

  private String readersLeft() {
    StringBuilder left = new StringBuilder();
    for (SimulatedReader reader : readers) {
      if (!reader.isDone()) {
        left.append(reader).append(" has not come to the end; ");
      }
    }
    for (RequestPlan plan : plans) {
      if (needsResult(plan) && !ledgerTopics.hasResult(plan)) {
        left.append(plan.id).append(" has no result; ");
      }
    }
    return left.toString();
  }

  private void countEnd(RequestPlan plan) {
    if (plan.isUnheardOf()) {
      count(Occurrence.UNHEARD_OF);
    }
    var end = plan.truth.end();
    if (end == null) {
      return;
    }
    switch (end.getReason()) {
      case FINISH_REASON_CANCELLED -> count(Occurrence.CANCELLED);
      case FINISH_REASON_DEADLINE -> count(Occurrence.DEADLINES);
      case FINISH_REASON_ERROR -> count(Occurrence.ERRORS);
      case FINISH_REASON_STOP, FINISH_REASON_LENGTH, FINISH_REASON_UNSPECIFIED, UNRECOGNIZED -> {}
    }
  }

  /** Brokers have lost what lies in a partition from an offset on. */
  void lost(int partition, long end) {
    if (ledger != null) {
      ledger.lost(partition, end);
    }
    for (SimulatedWorker worker : workers) {
      if (worker != null) {
        worker.lost(partition, end);
      }
    }
  }

  boolean isRestarting() {
    return agenda.millis() < restartedMs;
  }

  ByteString newAttempt() {
    return ByteString.copyFrom(ByteBuffer.allocate(16).putLong(0, ++attempts));
  }

  RequestPlan plan(String id) {
    RequestPlan plan = byId.get(id);
    if (plan == null) {
      throw new Violation("nobody asked for " + id);
    }
    return plan;
  }

  void count(Occurrence occurrence) {
    statistics.count(occurrence);
  }

  void count(Occurrence occurrence, int times) {
    statistics.count(occurrence, times);
  }

  void note(Supplier<String> what) {
    journal.note(what);
  }

  /** The last lines of the journal. */
  String journal() {
    return journal.tail();
  }
}
