package dev.weir.standalone.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.standalone.launcher.TestingMachine.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher of an unpacked distribution: which JVM it finds, and what it hands on to it. */
final class LauncherTest {
  @TempDir Path folder;
  private TestingMachine machine;
  private Path launcher;

  @BeforeEach
  void unpack() throws IOException {
    machine = new TestingMachine(folder);
    launcher = machine.distribution(folder.resolve("weir-1"));
  }

  @Test
  void withoutAJdkItSaysInOneSentenceWhatToDo() throws Exception {
    assertSaysThatAJdkIsMissing(machine.run(launcher, "up"));
  }

  @Test
  void aJdkThatIsTooOldIsNone() throws Exception {
    machine.set("JAVA_HOME", folder.resolve("old").toString());
    machine.jdk(folder.resolve("old"), "24.0.2");
    Path older = machine.jdk(folder.resolve("older"), "1.8.0_392");
    Files.createSymbolicLink(folder.resolve("tools/java"), older);
    machine.jdk(folder.resolve("jvms/seventeen"), "17.0.12");
    assertSaysThatAJdkIsMissing(machine.run(launcher, "up"));
  }

  private static void assertSaysThatAJdkIsMissing(Outcome outcome) {
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.errors().lines())
        .singleElement()
        .asString()
        .startsWith("weir: Weir needs JDK 25 or newer; none was found")
        .contains("JAVA_HOME", "PATH", "/usr/lib/jvm");
    assertThat(outcome.recorded()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"my jdk", "tools/jdk", "jvms/temurin-25", "home/.sdkman/candidates/java/25-tem"})
  void aJdkIsFoundByJavaHomeThePathTheFolderOfJvmsAndSdkman(String place) throws Exception {
    Path java = machine.jdk(folder.resolve(place), "25.0.1");
    switch (place) {
      case "my jdk" -> machine.set("JAVA_HOME", folder.resolve(place).toString());
      case "tools/jdk" -> Files.createSymbolicLink(folder.resolve("tools/java"), java);
      default -> {}
    }
    Outcome outcome = machine.run(launcher, "up");
    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.java().toRealPath()).isEqualTo(java.toRealPath());
  }

  @Test
  void whatJavaHomeNamesComesFirstAndWhatIsTooOldOrBrokenIsPassedOver() throws Exception {
    Path newer = machine.jdk(folder.resolve("jvms/thirty"), "30-ea");
    machine.program(folder.resolve("tools/java"), "exit 126\n");
    machine.set("JAVA_HOME", folder.resolve("old").toString());
    machine.jdk(folder.resolve("old"), "17.0.12");
    assertThat(machine.run(launcher, "up").java()).isEqualTo(newer);

    machine.set("JAVA_HOME", folder.resolve("chosen").toString());
    Path chosen = machine.jdk(folder.resolve("chosen"), "25");
    assertThat(machine.run(launcher, "up").java()).isEqualTo(chosen);
  }

  @Test
  void optionsForEveryJvmOnThisMachineHideNoJdk() throws Exception {
    machine.jdk(folder.resolve("jvms/temurin-25"), "25.0.1");
    machine.set("JAVA_TOOL_OPTIONS", "-Dfile.encoding=UTF-8");
    assertThat(machine.run(launcher, "up").exitCode()).isZero();
  }

  @Test
  void argumentsArriveAsTheyWereGiven() throws Exception {
    machine.jdk(folder.resolve("jvms/temurin-25"), "25.0.1");
    String[] arguments = {
      "generate",
      "two words",
      "it's",
      "\"quoted\"",
      "",
      "*",
      "$HOME `id` $(id)",
      "back\\slash",
      "two\nlines",
      " ",
      "--data=a b",
      "-",
      "--",
      "größe 水"
    };
    assertThat(machine.run(launcher, arguments).arguments()).containsExactly(arguments);
    assertThat(machine.run(launcher).arguments()).isEmpty();
  }

  @Test
  void furtherJvmOptionsAreAList() throws Exception {
    machine.jdk(folder.resolve("jvms/temurin-25"), "25.0.1");
    machine.set("WEIR_JAVA_OPTIONS", "-Xmx1g -Da=b");
    assertThat(machine.run(launcher, "up").recorded()).containsSubsequence("-Xmx1g", "-Da=b", "up");
  }

  @Test
  void theThreadsOfLibtorchHardlySpinUnlessSomebodyWantsThemTo() throws Exception {
    machine.jdk(folder.resolve("jvms/temurin-25"), "25.0.1");
    assertThat(machine.run(launcher, "up").environment()).contains("GOMP_SPINCOUNT=1000");
    assertThat(machine.run(launcher, "train", "vae").environment())
        .doesNotContain("GOMP_SPINCOUNT=1000");
    machine.set("OMP_WAIT_POLICY", "active");
    assertThat(machine.run(launcher, "up").environment())
        .contains("OMP_WAIT_POLICY=active")
        .doesNotContain("GOMP_SPINCOUNT=1000");
    machine.set("OMP_WAIT_POLICY", "");
    machine.set("GOMP_SPINCOUNT", "500");
    assertThat(machine.run(launcher, "up").environment()).contains("GOMP_SPINCOUNT=500");
  }

  @Test
  void itsOwnFolderMayHaveSpacesAndALinkToItLeadsThere() throws Exception {
    machine.jdk(folder.resolve("jvms/temurin-25"), "25.0.1");
    Path spaced = machine.distribution(folder.resolve("my weir"));
    Path link = Files.createSymbolicLink(folder.resolve("weir-link"), spaced);
    String classPath = folder.resolve("my weir/lib").toRealPath() + "/*";
    assertThat(machine.run(spaced, "up").option("-cp")).isEqualTo(classPath);
    assertThat(machine.run(link, "up").option("-cp")).isEqualTo(classPath);
  }

  /** So signals reach the JVM, and whoever supervises the launcher supervises Weir. */
  @Test
  void theJvmTakesTheLaunchersPlace() throws Exception {
    machine.jdk(folder.resolve("jvms/temurin-25"), "25.0.1");
    Outcome outcome = machine.run(launcher, "up");
    assertThat(outcome.javaPid()).isEqualTo(outcome.pid());
  }
}
