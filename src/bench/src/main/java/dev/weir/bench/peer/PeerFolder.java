package dev.weir.bench.peer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the scripts of {@code src/bench/peers} install the peers.
 *
 * @param folder holds {@code llama.cpp}, {@code openvino} and {@code pytorch}
 */
public record PeerFolder(Path folder) {

  /** llama.cpp, if it is installed. */
  public Optional<LlamaCpp> llamaCpp() {
    Path home = folder.resolve("llama.cpp");
    return Files.isExecutable(home.resolve("bin/llama-batched-bench"))
        ? Optional.of(new LlamaCpp(home))
        : Optional.empty();
  }

  /** The Python that has OpenVINO GenAI, if it is installed. */
  public Optional<Path> openVinoPython() {
    Path python = folder.resolve("openvino/bin/python");
    return Files.isExecutable(python) ? Optional.of(python) : Optional.empty();
  }

  /** The Python that has PyTorch, if it is installed. */
  public Optional<Path> pyTorchPython() {
    Path python = folder.resolve("pytorch/bin/python");
    return Files.isExecutable(python) ? Optional.of(python) : Optional.empty();
  }

  /** One line that says how to get a peer. */
  public String missing(String name, String script) {
    return "%s is not installed: run src/bench/peers/%s %s".formatted(name, script, folder);
  }
}
