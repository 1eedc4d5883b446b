package dev.weir.stream;

import dev.weir.proto.ContentType;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Position;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Delivers one request until it is accepted; its lock is never lost. */
final class TestingSource implements RequestSource {
  final List<Settlement> settlements = new CopyOnWriteArrayList<>();
  private final Delivery delivery;

  TestingSource(String id, String prompt, Cursor from) {
    GenerationRequest request =
        GenerationRequest.newBuilder()
            .setId(id)
            .setModel("echo")
            .setPrompt(prompt)
            .setFrom(Position.newBuilder().setPartition(from.partition()).setOffset(from.offset()))
            .build();
    delivery =
        new Delivery(
            id,
            "weir.requests.echo",
            0,
            System.currentTimeMillis(),
            9,
            9,
            ContentType.PROTOBUF,
            RequestHeaders.NONE,
            request,
            null,
            new Delivery.Raw(null, null, List.of()));
  }

  boolean isAccepted() {
    return settlements.contains(Settlement.ACCEPT);
  }

  @Override
  public @Nullable Delivery take(Duration limit) {
    if (isAccepted()) {
      LockSupport.parkNanos(limit.toNanos());
      return null;
    }
    return delivery;
  }

  @Override
  public boolean renew() {
    return true;
  }

  @Override
  public boolean settle(Settlement settlement) {
    settlements.add(settlement);
    return true;
  }

  @Override
  public void close() {}
}
