package dev.weir.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers are processes: shell scripts say here what they would. */
final class PeersTest {
  @TempDir Path folder = Path.of("");

  private Path script(String path, String... lines) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  @Test
  void whatIsNotInstalledIsOneLineWithTheScriptToRun() {
    PeerFolder peers = new PeerFolder(folder);
    assertThat(peers.llamaCpp()).isEmpty();
    assertThat(peers.openVinoPython()).isEmpty();
    assertThat(peers.missing("llama.cpp", "install-llamacpp.sh"))
        .isEqualTo("llama.cpp is not installed: run src/bench/peers/install-llamacpp.sh " + folder);
  }

  @Test
  void openVinoAnswersARequestALineWhateverElseItPrints() throws IOException {
    Path python =
        script(
            "openvino/bin/python",
            "echo 'Loading the model'",
            "echo '{\"version\": \"2026.4\"}'",
            "while read -r request; do",
            "  echo warning",
            "  echo '{\"tokens\": 6, \"seconds\": 0.5}'",
            "done");
    assertThat(new PeerFolder(folder).openVinoPython()).contains(python);
    try (OpenVino openVino = OpenVino.start(python, folder.resolve("model.gguf"), 2)) {
      assertThat(openVino.version()).isEqualTo("2026.4");
      assertThat(openVino.generate(List.of(new int[] {1, 2}, new int[] {3}), 3))
          .isEqualTo(new OpenVino.Batch(6, 0.5));
    }
  }

  @Test
  void aPeersThreadsWaitAsTheyWouldWithoutWeir() throws Exception {
    assertThat(System.getenv("GOMP_SPINCOUNT")).isEqualTo("1000"); // as services/weir sets it
    Path program = script("program", "echo \"spins: ${GOMP_SPINCOUNT-default}, ${HOME:+home}\"");
    assertThat(Program.run(List.of(program.toString()))).containsExactly("spins: default, home");
  }

  @Test
  void aPeerThatEndsIsShownWithWhatItSaid() throws IOException {
    Path python = script("python", "echo 'no module named openvino_genai' >&2", "exit 1");
    assertThatThrownBy(() -> OpenVino.start(python, folder.resolve("model.gguf"), 2))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("no module named openvino_genai");
  }

  @Test
  void logitsAreReadRowByRow() throws IOException {
    Path program =
        script(
            "window-logits",
            "read -r first; read -r second",
            "[ \"$first/$second\" = '7 8/9' ] || exit 1",
            // a vocabulary of 2; 1 and 2, then 0.5 and -1, little-endian
            "printf '\\002\\000\\000\\000'",
            "printf '\\000\\000\\200\\077\\000\\000\\000\\100'",
            "printf '\\000\\000\\000\\077\\000\\000\\200\\277'");
    try (LogitStream stream =
        LogitStream.of(List.of(program.toString()), List.of(new int[] {7, 8}, new int[] {9}))) {
      float[] row = new float[stream.vocabulary()];
      stream.next(row);
      assertThat(row).containsExactly(1, 2);
      stream.next(row);
      assertThat(row).containsExactly(0.5f, -1);
      assertThatThrownBy(() -> stream.next(row))
          .isInstanceOf(PeerException.class)
          .hasMessageContaining("fewer logits");
    }
  }

  @Test
  void aFileIsRequantisedOnce() throws Exception {
    script(
        "llama.cpp/bin/llama-quantize",
        "echo made >>\"$(dirname \"$0\")/calls\"",
        "cp \"$2\" \"$3\"");
    script("llama.cpp/bin/llama-batched-bench");
    Path model = Files.writeString(folder.resolve("m.gguf"), "weights");
    LlamaCpp llama = new PeerFolder(folder).llamaCpp().orElseThrow();

    Path made = llama.file(model, LlamaCpp.Variant.Q8_0);
    assertThat(llama.file(model, LlamaCpp.Variant.Q8_0)).isEqualTo(made).hasContent("weights");
    assertThat(folder.resolve("llama.cpp/bin/calls")).hasContent("made");
    assertThat(llama.file(model, LlamaCpp.Variant.AS_SHIPPED)).isEqualTo(model);
  }

  @Test
  void aProgramThatFailsIsShownWithWhatItSaid() throws IOException {
    Path program = script("fails", "echo 'out of memory' >&2", "exit 3");
    assertThatThrownBy(() -> Program.run(List.of(program.toString())))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("status 3")
        .hasMessageContaining("out of memory");
  }

  @Test
  void aServerThatDoesNotComeUpIsShownWithWhatItSaid() throws IOException {
    LlamaCpp llama = llamaThatServes("echo 'unknown architecture' >&2", "exit 1");
    assertThatThrownBy(() ->
            LlamaServer.start(
                llama, folder.resolve("m.gguf"), LlamaCpp.FlashAttention.ON, 2, 512, 1))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("status 1")
        .hasMessageContaining("unknown architecture");
  }

  private LlamaCpp llamaThatServes(String... lines) throws IOException {
    script("llama.cpp/bin/llama-batched-bench");
    script("llama.cpp/bin/llama-server", lines);
    return new PeerFolder(folder).llamaCpp().orElseThrow();
  }

  @Test
  void aServerSaysItsPortAndHasNoPromptCacheAndRoomForEveryRequest() throws Exception {
    HttpServer answers =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answers.createContext(
        "/health",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    answers.start();
    String address = "http:/" + answers.getAddress();
    Path arguments = folder.resolve("arguments");
    Path pid = folder.resolve("pid");
    LlamaCpp llama =
        llamaThatServes(
            "echo \"$@\" >" + arguments,
            "echo $$ >" + pid,
            "echo 'main: listening on " + address + "' >&2",
            "exec sleep 600");
    try (LocalServer server =
        LlamaServer.start(
            llama, folder.resolve("m.gguf"), LlamaCpp.FlashAttention.OFF, 16, 257, 2)) {
      assertThat(server.address()).isEqualTo(URI.create(address));
      assertThat(Files.readString(arguments))
          .contains("-t 2 -fa off -np 16 -c 8192 --no-cache-prompt", "--port 0");
    } finally {
      answers.stop(0);
    }
    assertThat(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))).isEmpty();
  }
}
