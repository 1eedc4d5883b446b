package dev.weir.standalone;

import dev.weir.standalone.command.WeirCommand;

/** The {@code weir} program. */
public final class Main {
  private Main() {}

  /** Runs one command; the exit code is 0, 1 for a failure and 2 for wrong usage. */
  public static void main(String[] args) {
    int code = WeirCommand.run(args);
    // Libraries leave threads that are no daemons; a command that has returned is over.
    System.exit(code);
  }
}
