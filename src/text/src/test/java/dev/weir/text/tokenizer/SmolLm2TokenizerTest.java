package dev.weir.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weir.text.Checkpoint;
import dev.weir.text.Checkpoint.SpecialTokens;
import dev.weir.text.Checkpoints;
import dev.weir.text.Fixtures;
import dev.weir.text.Requirement;
import dev.weir.text.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** SmolLM2's tokenizer, built from its GGUF, against llama.cpp's ids. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmolLm2TokenizerTest {
  private final JsonNode expected = Fixtures.json("smollm2/expected.json");
  private @Nullable Checkpoint checkpoint;
  private @Nullable Tokenizer tokenizer;

  @BeforeAll
  void open() {
    checkpoint = Checkpoints.open(Requirement.smolLm2());
    tokenizer = checkpoint.tokenizer();
  }

  @AfterAll
  void close() {
    if (checkpoint != null) {
      checkpoint.close();
      checkpoint.close(); // a second time does nothing
    }
  }

  private Checkpoint checkpoint() {
    return Objects.requireNonNull(checkpoint);
  }

  private Tokenizer tokenizer() {
    return Objects.requireNonNull(tokenizer);
  }

  @Test
  void awkwardTextsHaveTheReferencesIds() {
    JsonNode cases = expected.path("tokenizer");
    assertThat(cases).isNotEmpty();
    for (JsonNode golden : cases) {
      String text = golden.path("text").textValue();
      int[] ids = ids(golden.path("ids"));
      assertThat(tokenizer().encode(text, false)).as(text).isEqualTo(ids);
      assertThat(tokenizer().encode(text, true)).as(text).isEqualTo(ids); // add_bos_token is false
    }
  }

  @Test
  void idsDecodeToTheReferencesTextByLibraryAndByBytes() {
    for (JsonNode golden : expected.path("tokenizer")) {
      int[] ids = ids(golden.path("ids"));
      String decoded = golden.path("decoded").textValue();
      assertThat(tokenizer().decode(ids, true)).isEqualTo(decoded);
      assertThat(joined(ids)).isEqualTo(tokenizer().decode(ids));
    }
  }

  @Test
  void renderedPromptsHaveTheReferencesIds() {
    JsonNode cases = expected.path("generation");
    assertThat(cases).isNotEmpty();
    for (JsonNode golden : cases) {
      assertThat(tokenizer().encode(golden.path("prompt").textValue(), false))
          .isEqualTo(ids(golden.path("prompt_ids")));
    }
  }

  @Test
  void specialTokensHaveNoBytesAndAreLeftOutOfText() {
    assertThat(tokenizer().vocabulary()).isEqualTo(49152);
    assertThat(tokenizer().bytes(2)).isEmpty();
    assertThat(tokenizer().decode(new int[] {1, 19556, 2})).isEqualTo("Hello");
    assertThat(tokenizer().bytes(-1)).isEmpty();
    assertThat(tokenizer().bytes(49152)).isEmpty();
    assertThat(tokenizer().decode(new int[] {-1, 49152, 19556})).isEqualTo("Hello");
    assertThat(checkpoint().specialTokens())
        .isEqualTo(new SpecialTokens("<|im_start|>", "<|im_end|>", "<|im_end|>", "<|endoftext|>"));
    assertThat(checkpoint().endOfSequence()).isEqualTo(Set.of(0, 2)); // <|endoftext|>, <|im_end|>
  }

  @Test
  void aClosedTokenizerRefusesToWork() {
    try (Checkpoint other = Checkpoints.open(Requirement.smolLm2())) {
      Tokenizer closed = Objects.requireNonNull(other.tokenizer());
      closed.close();
      assertThatThrownBy(() -> closed.encode("text", false))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  private String joined(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(tokenizer().bytes(id));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static int[] ids(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }
}
