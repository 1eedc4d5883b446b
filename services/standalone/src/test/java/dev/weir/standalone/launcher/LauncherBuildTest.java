package dev.weir.standalone.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.standalone.launcher.TestingMachine.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in a source tree: it builds what is older than its sources, and nothing else. */
final class LauncherBuildTest {
  /** Stands for Maven: it counts its calls and leaves a distribution. */
  private static final String MAVEN =
      """
      echo "$@" >>"$FOLDER/calls"
      mkdir -p services/standalone/target/weir-1/weir-1/lib
      touch services/standalone/target/weir-1/weir-1/lib/weir.jar
      """;

  private static final Instant LONG_AGO = Instant.now().minus(Duration.ofHours(2));
  private static final Instant SINCE = Instant.now().minus(Duration.ofMinutes(30));

  @TempDir Path folder;
  private TestingMachine machine;
  private Path root;
  private Path launcher;

  @BeforeEach
  void checkOut() throws IOException {
    machine = new TestingMachine(folder);
    machine.set("FOLDER", folder.toString());
    machine.jdk(folder.resolve("jvms/temurin-25"), "25.0.1");
    machine.program(folder.resolve("tools/mvn"), MAVEN);
    root = folder.resolve("a checkout");
    launcher = source("services/weir");
    Files.copy(
        TestingMachine.source(),
        launcher,
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
    changed("services/weir", LONG_AGO);
    source("pom.xml");
    source("proto/weir/v1/chunk.proto");
    source("src/engine/src/main/java/Engine.java");
    source("src/engine/src/test/java/EngineTest.java");
    source("src/docs/architecture.md");
    source("services/gateway/src/main/resources/web/page.js");
  }

  private Path source(String path) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.createFile(file);
    changed(path, LONG_AGO);
    return file;
  }

  private void changed(String path, Instant when) throws IOException {
    Files.setLastModifiedTime(root.resolve(path), FileTime.from(when));
  }

  /** What was built stands between the sources and their next change. */
  private void buildAnHourAgo() throws Exception {
    assertThat(machine.run(launcher, "up").exitCode()).isZero();
    changed(
        "services/standalone/target/weir-1/weir-1/lib/.built",
        Instant.now().minus(Duration.ofHours(1)));
  }

  private long builds() throws IOException {
    Path calls = folder.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
  }

  @Test
  void theFirstStartBuildsAndTheNextDoesNot() throws Exception {
    Outcome first = machine.run(launcher, "up", "--port", "0");
    assertThat(first.errors()).startsWith("weir: building");
    assertThat(first.arguments()).containsExactly("up", "--port", "0");
    assertThat(first.option("-cp"))
        .isEqualTo(root.toRealPath() + "/services/standalone/target/weir-1/weir-1/lib/*");
    Outcome second = machine.run(launcher, "up");
    assertThat(second.errors()).isEmpty();
    assertThat(second.recorded()).isNotEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pom.xml",
        "proto/weir/v1/chunk.proto",
        "src/engine/src/main/java/Engine.java",
        "services/gateway/src/main/resources/web/page.js",
        "services/weir"
      })
  void aChangedSourceIsBuilt(String path) throws Exception {
    buildAnHourAgo();
    changed(path, SINCE);
    assertThat(machine.run(launcher, "up").exitCode()).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "src/engine/src/test/java/EngineTest.java",
        "src/docs/architecture.md",
        "services/standalone/target/weir-1/weir-1/lib/weir.jar"
      })
  void whatIsNoPartOfTheProgramIsNotBuiltFor(String path) throws Exception {
    buildAnHourAgo();
    changed(path, SINCE);
    assertThat(machine.run(launcher, "up").recorded()).isNotEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void whatIsEditedDuringABuildIsBuiltAtTheNextStart() throws Exception {
    machine.program(folder.resolve("tools/mvn"), MAVEN + "touch pom.xml\n");
    machine.run(launcher, "up");
    machine.run(launcher, "up");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aBuildThatFailsShowsTheEndOfItsLogAndStartsNothing() throws Exception {
    machine.program(
        folder.resolve("tools/mvn"),
        "for i in {1..100}; do echo \"line $i\"; done\necho '[ERROR] no' >&2\nexit 1\n");
    Outcome outcome = machine.run(launcher, "up");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.errors()).contains("line 100\n[ERROR] no\n").doesNotContain("line 50\n");
    assertThat(outcome.errors().lines().toList().getLast())
        .isEqualTo(
            "weir: the build failed; the whole log is "
                + root.toRealPath()
                + "/services/standalone/target/build.log");
    assertThat(outcome.recorded()).isEmpty();
  }

  /** What an unfinished build left is no distribution. */
  @Test
  void aBuildThatWasBrokenOffIsBuiltAgain() throws Exception {
    machine.program(folder.resolve("tools/mvn"), MAVEN + "exit 1\n");
    assertThat(machine.run(launcher, "up").exitCode()).isEqualTo(1);
    machine.program(folder.resolve("tools/mvn"), MAVEN);
    assertThat(machine.run(launcher, "up").exitCode()).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void withoutMavenItSaysWhatToInstall() throws Exception {
    Files.delete(folder.resolve("tools/mvn"));
    Outcome outcome = machine.run(launcher, "up");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.errors().lines())
        .singleElement()
        .asString()
        .startsWith("weir: ")
        .contains("install Maven 3.8 or newer");
  }

  @Test
  void twoStartsAtOnceBuildOnce() throws Exception {
    Process one = machine.start(launcher, "up");
    Process other = machine.start(launcher, "up");
    assertThat(one.waitFor()).isZero();
    assertThat(other.waitFor()).isZero();
    assertThat(builds()).isEqualTo(1);
  }
}
