package dev.weir.proto;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Message;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Control;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ModelCard;
import dev.weir.proto.v1.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** One of the files in {@code vectors}: a record in both of its forms. */
record Vector(String name, String record, String key, JsonNode tree, String text, byte[] protobuf) {
  static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  static final List<Message> RECORDS =
      List.of(
          GenerationRequest.getDefaultInstance(),
          Chunk.getDefaultInstance(),
          Control.getDefaultInstance(),
          ModelCard.getDefaultInstance(),
          Result.getDefaultInstance());

  static List<Vector> all() {
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/vectors"))) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .map(Vector::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Vector named(String name) {
    return all().stream().filter(vector -> vector.name.equals(name)).findFirst().orElseThrow();
  }

  private static Vector read(Path file) {
    try {
      JsonNode vector = MAPPER.readTree(file.toFile());
      return new Vector(
          file.getFileName().toString().replace(".json", ""),
          vector.get("record").textValue(),
          vector.get("key").textValue(),
          vector.get("json"),
          vector.get("text").textValue(),
          HexFormat.of().parseHex(vector.get("protobuf").textValue()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The record's value in JSON, without white space. */
  byte[] json() {
    return tree.toString().getBytes(UTF_8);
  }

  /** Of the record's type, empty. */
  Message type() {
    return switch (record) {
      case "request" -> GenerationRequest.getDefaultInstance();
      case "chunk" -> Chunk.getDefaultInstance();
      case "control" -> Control.getDefaultInstance();
      case "model-card" -> ModelCard.getDefaultInstance();
      case "result" -> Result.getDefaultInstance();
      default -> throw new IllegalStateException(name + " has an unknown record type " + record);
    };
  }

  @Override
  public String toString() {
    return name;
  }
}
