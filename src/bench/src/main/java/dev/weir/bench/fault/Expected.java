package dev.weir.bench.fault;

import java.util.List;

/**
 * The whole answer to a question, as it comes when nothing happens.
 *
 * @param reason why it ended, as {@code length}
 */
record Expected(List<Integer> ids, String text, String reason) {
  Expected {
    ids = List.copyOf(ids);
  }
}
