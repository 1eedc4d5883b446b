package dev.weir.simulation;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;

/** Records in few words, for the journal. */
final class Words {
  private Words() {}

  static String of(Chunk chunk) {
    String attempt = attempt(chunk.getAttempt());
    return switch (chunk.getBodyCase()) {
      case QUEUED -> "queued";
      case STARTED -> attempt + " started by " + chunk.getStarted().getWorker();
      case TOKENS ->
          attempt
              + " tokens "
              + chunk.getTokens().getFirstIndex()
              + "+"
              + chunk.getTokens().getIdsCount();
      case PREVIEW -> attempt + " preview";
      case IMAGE -> attempt + " image " + chunk.getImage().getFirstIndex();
      case FINISHED ->
          attempt
              + " finished "
              + chunk.getFinished().getTotal()
              + " "
              + chunk.getFinished().getReason()
              + " "
              + chunk.getFinished().getError().getCode();
      case BODY_NOT_SET -> "nothing";
    };
  }

  /** Ids of attempts are numbers here. */
  static String attempt(ByteString id) {
    return "a" + (id.isEmpty() ? 0 : id.asReadOnlyByteBuffer().getLong());
  }
}
