package dev.weir.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class WeirCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return WeirCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  @Test
  void aMisspeltOptionIsNamedAlsoWhenTheRightOneIsRequired() {
    assertThat(run("generate", "--promt", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("'--promt'").contains("--prompt").doesNotContain("Missing");
  }

  @Test
  void aMissingOptionIsNamed() {
    assertThat(run("generate", "smollm2")).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required option: '--prompt=TEXT'");
  }
}
