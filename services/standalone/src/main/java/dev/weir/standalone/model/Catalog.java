package dev.weir.standalone.model;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The models that can be pulled by name ({@code models.json}). */
public record Catalog(List<CatalogEntry> entries) {

  public Catalog {
    entries = List.copyOf(entries);
  }

  /** The catalog that ships with Weir. */
  public static Catalog builtIn() {
    try (InputStream in =
        Objects.requireNonNull(Catalog.class.getResourceAsStream("/models.json"), "models.json")) {
      return new Catalog(new ObjectMapper().readValue(in, new TypeReference<>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException("models.json cannot be read", e);
    }
  }

  public Optional<CatalogEntry> find(String name) {
    return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
  }
}
