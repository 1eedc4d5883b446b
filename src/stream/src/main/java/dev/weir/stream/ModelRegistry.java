package dev.weir.stream;

import dev.weir.proto.v1.ModelCard;
import java.util.List;

/** What is served now: the union of the cards that workers renew. Safe for use by any thread. */
public interface ModelRegistry extends AutoCloseable {
  /** Cards not older than 30 s. */
  List<ModelCard> cards();

  @Override
  void close();
}
