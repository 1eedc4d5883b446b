package dev.weir.standalone.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Something that can be checked, recognised by its content. */
sealed interface CheckTarget {
  /** The file that says what is expected. */
  Path file();

  /**
   * A checkpoint folder: {@code config} beside weights and {@code expected.json} with logits and
   * greedy tokens.
   */
  record CheckpointAnswers(Path file, Path folder, String configName) implements CheckTarget {}

  /** Distributions after sampling transforms. */
  record SamplingAnswers(Path file) implements CheckTarget {}

  /** Token ids, first tokens, greedy text and likelihoods of a named model. */
  record ModelAnswers(Path file) implements CheckTarget {}

  /** A chat template and what it renders. */
  record TemplateAnswers(Path file, Path template) implements CheckTarget {}

  /** Trajectories of image samplers. */
  record ImageSamplerAnswers(Path file) implements CheckTarget {}

  /**
   * Finds what is below some files or folders, in the order of their names.
   *
   * @throws CheckException if a path is not there, or holds nothing that can be checked
   */
  static List<CheckTarget> find(List<Path> paths) {
    List<CheckTarget> targets = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw new CheckException("there is no " + path);
      }
      int before = targets.size();
      try (Stream<Path> files = Files.walk(path)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          recognise(file, targets);
        }
      } catch (IOException e) {
        throw new CheckException("%s cannot be read: %s".formatted(path, e.getMessage()));
      }
      if (targets.size() == before) {
        throw new CheckException(
            path
                + " holds nothing to check: a checkpoint folder with expected.json, a"
                + " sampling.json, an expected.json with tokenizer and generation, or a .jinja"
                + " beside its .expected.json");
      }
    }
    return targets;
  }

  private static void recognise(Path file, List<CheckTarget> targets) throws IOException {
    String name = file.getFileName().toString();
    if (name.endsWith(".jinja")) {
      Path expected =
          file.resolveSibling(
              name.substring(0, name.length() - ".jinja".length()) + ".expected.json");
      if (Files.exists(expected)) {
        targets.add(new TemplateAnswers(expected, file));
      }
      return;
    }
    if (!name.endsWith(".json") || name.endsWith(".expected.json")) {
      return;
    }
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(file.toFile());
    } catch (com.fasterxml.jackson.core.JacksonException notJson) {
      return;
    }
    if (root.has("tokenizer") && root.has("generation")) {
      targets.add(new ModelAnswers(file));
    } else if (root.has("vocabulary") && root.has("history") && root.has("cases")) {
      targets.add(new SamplingAnswers(file));
    } else if (root.path("cases").path(0).has("logits_last")) {
      for (String config : List.of("config.json", "config.v4.json")) {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        if (Files.exists(folder.resolve(config))) {
          targets.add(new CheckpointAnswers(file, folder, config));
        }
      }
    } else if (name.equals("samplers.json")) {
      targets.add(new ImageSamplerAnswers(file));
    }
  }
}
