package dev.weir.standalone.command;

import dev.weir.client.Answer;
import dev.weir.client.AnswerEvent;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import java.io.PrintWriter;

/** Prints an answer as its tokens come. */
final class AnswerPrinter {
  private AnswerPrinter() {}

  /**
   * Prints to the end.
   *
   * @return the text
   * @throws CommandException if the request has failed; the message is the worker's
   */
  static String print(Answer answer, PrintWriter out) {
    StringBuilder text = new StringBuilder();
    for (AnswerEvent event : answer) {
      switch (event) {
        case AnswerEvent.Text tokens -> show(tokens.text(), text, out);
        case AnswerEvent.End end -> {
          show(end.finished().getText(), text, out);
          out.println();
          complain(end.finished());
        }
        case AnswerEvent.Began began -> {}
        case AnswerEvent.Glimpse glimpse -> {}
        case AnswerEvent.Image image -> {}
      }
    }
    return text.toString();
  }

  private static void show(String piece, StringBuilder text, PrintWriter out) {
    text.append(piece);
    out.print(piece);
    out.flush();
  }

  /**
   * @throws CommandException if the request has failed
   */
  static void complain(Finished finished) {
    if (finished.getReason() == FinishReason.FINISH_REASON_ERROR) {
      String field = finished.getError().getField();
      String message = finished.getError().getMessage();
      boolean told = field.isEmpty() || message.startsWith(field + ":");
      throw new CommandException(told ? message : field + ": " + message);
    }
    if (finished.getReason() == FinishReason.FINISH_REASON_DEADLINE) {
      throw new CommandException("the request's deadline has passed");
    }
  }
}
