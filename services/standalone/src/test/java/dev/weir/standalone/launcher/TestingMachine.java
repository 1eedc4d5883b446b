package dev.weir.standalone.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A machine on which the launcher finds what a test puts there: its {@code PATH} leads to the tools
 * that it uses and to nothing else, and a JDK is a script that records how it was called.
 */
final class TestingMachine {
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "cat",
          "cut",
          "dirname",
          "env",
          "find",
          "flock",
          "mkdir",
          "mktemp",
          "mv",
          "nice",
          "readlink",
          "rm",
          "sed",
          "sha256sum",
          "sleep",
          "sort",
          "tail",
          "touch");

  private final Path folder;
  private final Path record;
  private final Map<String, String> environment = new HashMap<>();

  TestingMachine(Path folder) throws IOException {
    this.folder = folder;
    this.record = folder.resolve("record");
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool : TOOLS) {
      Files.createSymbolicLink(tools.resolve(tool), onThePath(tool));
    }
    environment.put("PATH", tools.toString());
    environment.put("HOME", Files.createDirectories(folder.resolve("home")).toString());
    environment.put("WEIR_JVM_FOLDER", Files.createDirectories(folder.resolve("jvms")).toString());
    environment.put("WEIR_AOT", "off");
    environment.put("RECORD", record.toString());
  }

  private static Path onThePath(String tool) {
    for (String place : System.getenv("PATH").split(":", -1)) {
      Path found = Path.of(place, tool);
      if (Files.isExecutable(found)) {
        return found;
      }
    }
    throw new IllegalStateException("this machine has no " + tool);
  }

  static Path source() {
    return Path.of("..", "weir").toAbsolutePath().normalize();
  }

  Path folder() {
    return folder;
  }

  void set(String variable, String value) {
    environment.put(variable, value);
  }

  /** Puts a program somewhere; it is a script for bash. */
  Path program(Path path, String script) throws IOException {
    Files.createDirectories(path.getParent());
    Files.writeString(path, "#!/usr/bin/env bash\n" + script);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    return path;
  }

  /** Puts a JDK somewhere, and says so as a JDK of this version does. */
  Path jdk(Path home, String version) throws IOException {
    return program(
        home.resolve("bin/java"),
        """
        if [ "$1" = -version ]; then
          [ -z "${JAVA_TOOL_OPTIONS:-}" ] || echo "Picked up JAVA_TOOL_OPTIONS: $JAVA_TOOL_OPTIONS" >&2
          echo 'openjdk version "%s" 2025-09-16' >&2
          echo 'OpenJDK Runtime Environment (build %s)' >&2
          exit
        fi
        env -0 >"$RECORD.environment"
        printf '%%s\\0' "$$" "$0" "$@" >"$RECORD"
        """
            .formatted(version, version));
  }

  /** Puts an unpacked distribution somewhere; returns its launcher. */
  Path distribution(Path place) throws IOException {
    Files.createDirectories(place.resolve("lib"));
    Path launcher = Files.createDirectories(place.resolve("bin")).resolve("weir");
    return Files.copy(source(), launcher, StandardCopyOption.COPY_ATTRIBUTES);
  }

  Process start(Path launcher, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Runs the launcher to its end. */
  Outcome run(Path launcher, String... arguments) throws IOException, InterruptedException {
    Path variables = folder.resolve("record.environment");
    Files.deleteIfExists(record);
    Files.deleteIfExists(variables);
    Process process = start(launcher, arguments);
    process.getOutputStream().close();
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.waitFor();
    return new Outcome(process.pid(), exitCode, errors, recorded(record), recorded(variables));
  }

  private static List<String> recorded(Path file) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    List<String> parts = List.of(Files.readString(file).split("\0", -1));
    return parts.subList(0, parts.size() - 1);
  }

  /**
   * What came of a start.
   *
   * @param recorded pid, program and arguments of the JVM; empty if none was started
   * @param environment of the JVM, each variable as NAME=value
   */
  record Outcome(
      long pid, int exitCode, String errors, List<String> recorded, List<String> environment) {
    long javaPid() {
      return Long.parseLong(recorded.getFirst());
    }

    Path java() {
      return Path.of(recorded.get(1));
    }

    /** What Weir itself was given. */
    List<String> arguments() {
      return recorded.subList(recorded.indexOf("dev.weir.standalone.Main") + 1, recorded.size());
    }

    String option(String name) {
      return recorded.get(recorded.indexOf(name) + 1);
    }
  }
}
