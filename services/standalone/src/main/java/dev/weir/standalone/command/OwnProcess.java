package dev.weir.standalone.command;

import dev.weir.standalone.Main;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Another process of this program, for a benchmark. */
final class OwnProcess {
  private OwnProcess() {}

  /**
   * A command that runs Weir in a JVM as this one; its arguments are to be added.
   *
   * @param jvmOptions further ones
   */
  static List<String> command(List<String> jvmOptions) {
    return command(option -> true, jvmOptions);
  }

  /** The same with a heap and a collector of its own: many processes are to share a machine. */
  static List<String> smallCommand(List<String> jvmOptions) {
    return command(option -> option.startsWith("--") || option.startsWith("-D"), jvmOptions);
  }

  private static List<String> command(Predicate<String> own, List<String> jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(own)
        .forEach(command::add);
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    return command;
  }
}
