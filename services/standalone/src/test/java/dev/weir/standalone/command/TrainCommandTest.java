package dev.weir.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.train.portrait.PortraitFamily;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TrainCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return WeirCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  @Test
  void aRunLeavesWhatALongerOneGoesOnFrom() throws IOException {
    Path run = folder.resolve("run");

    assertThat(run("train", "vae", "--steps", "2", "--out", run.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("the posterior has collapsed"); // it has learned nothing
    assertThat(Files.readAllLines(run.resolve("curve.jsonl"))).hasSize(2);
    assertThat(run("train", "vae", "--steps", "3", "--out", run.toString())).isEqualTo(1);

    assertThat(Files.readAllLines(run.resolve("curve.jsonl"))).hasSize(3);
    assertThat(run.resolve("curve.svg")).exists();
    assertThat(out.toString())
        .contains("unseen pictures: loss ", "unseen pairs: ", "active_units", run.toString());
    assertThat(Files.size(run.resolve("model.safetensors"))).isBetween(4_900_000L, 5_300_000L);
    assertThat(Files.readString(run.resolve("figures.json")))
        .contains("\"test_pairs\"", "\"parameters\"");

    assertThat(Files.readString(run.resolve("recipe.json")))
        .contains("services/weir train vae --steps 3 --seed 1", "\"peak_rate\" : 0.001");

    assertThat(run("train", "vae", "--steps", "4", "--seed", "2", "--out", run.toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("is of a run with --seed 1; go on with that");
    assertThat(run("train", "pixel", "--steps", "4", "--out", run.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("checkpoint.safetensors is of another network");
  }

  @ParameterizedTest
  @EnumSource(PortraitFamily.class)
  void aQuickRunOfEachFamilyLearnsWhatItShould(PortraitFamily family) throws IOException {
    String name = family.name().toLowerCase(Locale.ROOT);
    String run = folder.resolve(name).toString();

    int status = run("train", name, "--quick", "--out", run);

    Matcher loss = Pattern.compile("loss (\\S+), to be below \\S+: yes").matcher(out.toString());
    assertThat(loss.find()).as(out.toString()).isTrue();
    assertThat(Double.parseDouble(loss.group(1))).isLessThan(family.quick().bound());
    assertThat(status).isZero();
    // What knows nothing has the logarithm of 256 colours or of 768 tokens, or the mean one of an
    // attribute's values.
    String known =
        switch (family) {
          case PIXEL, VAE, DIFFUSION -> "\"loss\":5.";
          case JUDGE -> "\"loss\":2.";
          case TEXT -> "\"loss\":6.";
        };
    assertThat(Files.readAllLines(Path.of(run, "curve.jsonl")).getFirst()).contains(known);
  }

  @Test
  void whatCannotBeTrainedIsRefusedAtOnce() {
    assertThat(run("train", "vae", "--steps", "0")).isEqualTo(1);
    assertThat(err.toString()).contains("--steps is 0, must be at least 1");
    assertThat(run("train", "cat")).isEqualTo(2);
    assertThat(err.toString()).contains("expected one of [PIXEL, VAE, DIFFUSION, JUDGE, TEXT]");
  }
}
