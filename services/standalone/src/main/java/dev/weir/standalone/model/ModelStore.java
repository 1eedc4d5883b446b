package dev.weir.standalone.model;

import dev.weir.train.caption.CaptionModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The models on this machine: one folder each below {@code <data>/models}, and the one that is part
 * of Weir, {@link CaptionModel}, which goes to {@code <data>/built-in} when it is wanted.
 */
public final class ModelStore {
  private final Path folder;
  private final Path builtIn;

  public ModelStore(Path dataFolder) {
    this.folder = dataFolder.resolve("models");
    this.builtIn = dataFolder.resolve("built-in");
  }

  /** Where a model's files lie, or will. */
  public Path folderOf(String name) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw new PullException(
          "'%s' is not a model name: use letters, digits, '.', '_' and '-'".formatted(name));
    }
    return folder.resolve(name);
  }

  /**
   * What to open for a model of this name: its GGUF file, else its folder; empty if it is not here.
   */
  public Optional<Path> find(String name) {
    Path model = folderOf(name);
    if (!Files.isDirectory(model)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(model)) {
      List<Path> gguf = files.filter(file -> file.toString().endsWith(".gguf")).sorted().toList();
      if (!gguf.isEmpty()) {
        return Optional.of(gguf.getFirst());
      }
      return Files.exists(model.resolve("config.json")) ? Optional.of(model) : Optional.empty();
    } catch (IOException e) {
      throw new PullException("%s cannot be read: %s".formatted(model, e.getMessage()), e);
    }
  }

  /**
   * What to open for the model of this name that is part of Weir; empty if it is called otherwise.
   */
  public Optional<Path> findBuiltIn(String name) {
    if (!name.equals(CaptionModel.NAME)) {
      return Optional.empty();
    }
    Path model = builtIn.resolve(name);
    try {
      CaptionModel.unpack(model);
    } catch (IOException e) {
      throw new PullException("%s cannot be written: %s".formatted(model, e.getMessage()), e);
    }
    return Optional.of(model);
  }

  /** Names of the models that were put here. */
  public List<String> names() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(folder)) {
      return folders
          .map(path -> path.getFileName().toString())
          .filter(name -> find(name).isPresent())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new PullException("%s cannot be read: %s".formatted(folder, e.getMessage()), e);
    }
  }
}
