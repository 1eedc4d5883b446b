package dev.weir.text.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.text.Checkpoint.SpecialTokens;
import dev.weir.text.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerConfigTest {
  @TempDir Path folder;

  @Test
  void aFolderWithoutTheFilesHasNoTemplateAndNoTokens() {
    TokenizerConfig config = TokenizerConfig.read(folder);
    assertThat(config.chatTemplate()).isNull();
    assertThat(config.specialTokens()).isEqualTo(new SpecialTokens(null, null, null, null));
  }

  @Test
  void tokensAreTextsOrObjectsAndTheMapFillsWhatIsMissing() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"bos_token":{"content":"<s>","lstrip":false},"eos_token":"</s>","unk_token":null,
         "chat_template":"inner"}
        """);
    write("special_tokens_map.json", "{\"eos_token\":\"other\",\"pad_token\":\"<pad>\"}");
    TokenizerConfig config = TokenizerConfig.read(folder);
    assertThat(config.specialTokens()).isEqualTo(new SpecialTokens("<s>", "</s>", "<pad>", null));
    assertThat(config.chatTemplate()).isEqualTo("inner");
  }

  @Test
  void theTemplateInItsOwnFileWins() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\":\"inner\"}");
    write("chat_template.jinja", "own\n");
    assertThat(TokenizerConfig.read(folder).chatTemplate()).isEqualTo("own\n");
  }

  @Test
  void ofNamedTemplatesTheDefaultIsTaken() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"chat_template":[{"name":"tool_use","template":"tools"},
                          {"name":"default","template":"chat"}]}
        """);
    assertThat(TokenizerConfig.read(folder).chatTemplate()).isEqualTo("chat");
  }

  @Test
  void aFileThatIsTooLargeIsRefusedUnread() throws IOException {
    write("chat_template.jinja", "x".repeat((1 << 20) + 1));
    assertThatThrownBy(() -> TokenizerConfig.read(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("at most 1048576 are read");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
