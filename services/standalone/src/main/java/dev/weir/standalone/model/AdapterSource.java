package dev.weir.standalone.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An adapter that a worker shall serve beside its base model.
 *
 * @param name on Kafka and in the API, as if it were a model
 * @param model name of the base model
 * @param folder as PEFT's {@code save_pretrained} writes it
 */
public record AdapterSource(String name, String model, Path folder) {
  private static final String FORM = "--adapter %s: write NAME=MODEL:FOLDER, %s";

  /**
   * Resolves what a user wrote for {@code --adapter}, {@code NAME=MODEL:FOLDER}.
   *
   * @param models that are served
   * @throws PullException if one is written wrongly, names no model that is served or no folder, or
   *     its name is taken; the message says what to do
   */
  public static List<AdapterSource> resolve(List<String> texts, List<ModelSource> models) {
    Set<String> taken = new HashSet<>(models.stream().map(ModelSource::name).toList());
    Set<String> bases = Set.copyOf(taken);
    List<AdapterSource> adapters = new ArrayList<>();
    for (String text : texts) {
      AdapterSource adapter = parse(text);
      if (!bases.contains(adapter.model)) {
        throw new PullException(
            "--adapter %s: no model %s is served here%s"
                .formatted(
                    text,
                    adapter.model,
                    bases.isEmpty()
                        ? "; name it with --model"
                        : ", only " + String.join(", ", bases.stream().sorted().toList())));
      }
      if (!taken.add(adapter.name)) {
        throw new PullException(
            "--adapter %s: another model or adapter is called %s; choose another NAME"
                .formatted(text, adapter.name));
      }
      if (!Files.isDirectory(adapter.folder)) {
        throw new PullException(
            "--adapter %s: there is no folder %s; name the one that PEFT's save_pretrained wrote"
                .formatted(text, adapter.folder));
      }
      adapters.add(adapter);
    }
    return adapters;
  }

  private static AdapterSource parse(String text) {
    int equals = text.indexOf('=');
    int colon = text.indexOf(':', equals + 1);
    if (equals < 1 || colon < equals + 2 || colon == text.length() - 1) {
      throw new PullException(FORM.formatted(text, "MODEL being one that is served"));
    }
    String name = text.substring(0, equals);
    if (!ModelSource.isName(name)) {
      throw new PullException(
          FORM.formatted(text, "with letters, digits, '.', '_' and '-' in NAME"));
    }
    return new AdapterSource(
        name, text.substring(equals + 1, colon), Path.of(text.substring(colon + 1)));
  }

  /** As {@code weir.worker.adapters} has it, a list with commas. */
  public static String setting(List<AdapterSource> adapters) {
    List<String> entries =
        adapters.stream()
            .map(adapter -> adapter.name + "=" + adapter.folder.toAbsolutePath())
            .map(entry -> entry.replace("\\", "\\\\").replace(",", "\\,"))
            .toList();
    return String.join(",", entries);
  }
}
