package dev.weir.standalone.check;

import java.io.PrintWriter;

/** Prints a line for each failure and one for each fixture file, and counts the cases. */
final class Report {
  private final PrintWriter out;
  private int passed;
  private int failed;
  private int skipped;
  private int filePassed;
  private int fileFailed;

  Report(PrintWriter out) {
    this.out = out;
  }

  void expect(boolean asExpected, String what) {
    if (asExpected) {
      filePassed++;
    } else {
      fileFailed++;
      out.println("  FAIL " + what);
    }
  }

  /** Compares by ==, printing both on a difference. */
  void equal(Object actual, Object expected, String what) {
    expect(actual.equals(expected), "%s: is %s, expected %s".formatted(what, actual, expected));
  }

  void skip(String file, String why) {
    skipped++;
    out.println("skip  " + file + ": " + why);
  }

  /** Ends a file with its line. */
  void file(String file, String summary) {
    out.printf(
        "%s  %s: %d cases%s%s%n",
        fileFailed == 0 ? "ok  " : "FAIL",
        file,
        filePassed + fileFailed,
        fileFailed == 0 ? "" : ", %d failed".formatted(fileFailed),
        summary.isEmpty() ? "" : " (" + summary + ")");
    out.flush();
    passed += filePassed;
    failed += fileFailed;
    filePassed = 0;
    fileFailed = 0;
  }

  boolean end() {
    out.printf(
        "%d passed, %d failed%s%n",
        passed, failed, skipped == 0 ? "" : ", %d skipped".formatted(skipped));
    return failed == 0 && passed > 0;
  }
}
