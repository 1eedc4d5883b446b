package dev.weir.simulation;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.Position;
import dev.weir.proto.v1.Started;
import dev.weir.proto.v1.Usage;
import dev.weir.stream.LedgerFold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An instance of the ledger: it reads the chunk log, commits what it makes of it, and ends requests
 * that nobody else ends. When it dies or is not heard of for a while, another one goes on.
 */
final class SimulatedLedger extends SimulatedProcess {
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final int SESSION_MS = 600;

  private final int instance;
  private final LedgerStore store;
  private final LedgerFold[] folds;
  private final long[] positions;
  private final boolean[] reading;

  /** Attempts at overdue requests, by request. */
  private final Map<String, ByteString> closing = new HashMap<>();

  SimulatedLedger(Cluster cluster) {
    super(cluster, "ledger");
    instance = cluster.ledgerTopics.begin();
    store = cluster.seams.ledgerStore(cluster.ledgerTopics, this);
    int partitions = cluster.log.partitions();
    folds = new LedgerFold[partitions];
    positions = new long[partitions];
    reading = new boolean[partitions];
    for (int i = 0; i < partitions; i++) {
      folds[i] =
          new LedgerFold(
              cluster.ledgerTopics.state(i), Duration.ofMillis(Schedule.DEFAULT_DEADLINE_MS));
      positions[i] = cluster.ledgerTopics.position(i);
      wake(i);
    }
    in(1_000, this::endOverdue);
  }

  /** Something has come to a partition. */
  void wake(int partition) {
    if (!reading[partition]) {
      reading[partition] = true;
      in(cluster.dice.delay(30, 1_000), () -> read(partition));
    }
  }

  private void read(int partition) {
    long end = cluster.log.end(partition);
    if (positions[partition] > end) { // of an instance before, which had read what is lost
      lost(partition, end);
    }
    List<LedgerFold.Closing> results = new ArrayList<>();
    int some = 1 + cluster.dice.below(20);
    while (positions[partition] < end && some-- > 0) {
      SimulatedLog.Entry entry = cluster.log.at(partition, positions[partition]++);
      LedgerFold.Closing closed = folds[partition].apply(entry.plan.id, entry.record);
      if (closed != null) {
        results.add(closed);
      }
      goOnClosing(partition, entry.plan);
    }
    LedgerStore.Work work =
        new LedgerStore.Work(partition, positions[partition], folds[partition].state(), results);
    in(1 + cluster.dice.below(20), () -> commit(work));
  }

  /** Brokers have lost what it has read: it is told, and goes on behind. */
  void lost(int partition, long end) {
    if (positions[partition] > end) {
      cluster.count(Occurrence.LOSSES_REPORTED);
      positions[partition] = end;
    }
  }

  private void commit(LedgerStore.Work work) {
    if (!store.commit(instance, work)) {
      cluster.note(() -> "ledger " + instance + " is fenced");
      die();
      return;
    }
    reading[work.partition()] = false;
    if (positions[work.partition()] != cluster.log.end(work.partition())) {
      wake(work.partition());
    }
  }

  private void endOverdue() {
    for (int partition = 0; partition < folds.length; partition++) {
      for (String id : folds[partition].overdue(cluster.agenda.millis(), GRACE)) {
        if (!closing.containsKey(id)) {
          ByteString attempt = cluster.newAttempt();
          closing.put(id, attempt);
          cluster.plan(id).returns++; // an attempt of a worker may be displaced
          Started started =
              Started.newBuilder()
                  .setFrom(Position.newBuilder().setPartition(partition))
                  .setWorker("ledger")
                  .build();
          write(partition, id, Chunk.newBuilder().setAttempt(attempt).setStarted(started).build());
        }
      }
    }
    in(1_000, this::endOverdue);
  }

  /** Its own `started` was read: all before it is known. */
  private void goOnClosing(int partition, RequestPlan plan) {
    ByteString own = closing.get(plan.id);
    LedgerFold.Open open = folds[partition].open(plan.id);
    if (own != null && open != null && open.attempt().equals(own)) {
      closing.remove(plan.id);
      Finished finished =
          Finished.newBuilder()
              .setReason(FinishReason.FINISH_REASON_DEADLINE)
              .setTotal(open.next())
              .setUsage(Usage.newBuilder().setCompletionTokens((int) open.next()))
              .build();
      cluster.count(Occurrence.ENDED_BY_LEDGER);
      write(partition, plan.id, Chunk.newBuilder().setAttempt(own).setFinished(finished).build());
    }
  }

  private void write(int partition, String id, Chunk chunk) {
    cluster.agenda.in(
        1 + cluster.dice.below(10), () -> cluster.log.append(partition, cluster.plan(id), chunk));
  }

  @Override
  boolean mayFail() {
    if (cluster.faults.strikes(Fault.LEDGER_CRASH)) {
      cluster.count(Occurrence.LEDGER_CRASHES);
      cluster.note(() -> "ledger " + instance + " dies");
      die();
      cluster.startLedger(cluster.dice.delay(300, 2_000));
      return true;
    }
    if (cluster.faults.strikes(Fault.LEDGER_PAUSE)) {
      cluster.count(Occurrence.LEDGER_PAUSES);
      cluster.note(() -> "ledger " + instance + " stands still, and another one takes over");
      pause(cluster.dice.between(1, 3 * SESSION_MS));
      cluster.startLedger(cluster.dice.between(SESSION_MS / 2, 2 * SESSION_MS));
      return true;
    }
    return false;
  }
}
