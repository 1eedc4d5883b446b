package dev.weir.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.image.Pictures;
import dev.weir.text.safetensors.SafetensorsWriter;
import dev.weir.text.safetensors.SafetensorsWriter.FloatTensor;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.train.Objective;
import dev.weir.train.TrainedWeights;
import dev.weir.train.TrainingOptions.Length;
import dev.weir.train.portrait.PortraitFamily;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchImageCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return WeirCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  /** What a run of no steps would leave. */
  private void write(PortraitFamily family) throws IOException {
    Objective objective = family.objective(1);
    Map<String, HostTensor.Floats> weights;
    try (TrainableModule module =
        TrainableModule.open(
            objective.program(),
            family.options(new Length.Steps(1), 1, false).optimizer(),
            false,
            1)) {
      weights = module.state().averaged();
    }
    Path run = Files.createDirectories(folder.resolve(family.name().toLowerCase(Locale.ROOT)));
    List<FloatTensor> tensors = new ArrayList<>();
    weights.forEach(
        (name, tensor) -> tensors.add(new FloatTensor(name, tensor.shape(), tensor.values())));
    SafetensorsWriter.write(
        run.resolve(TrainedWeights.FILE), Map.of(), tensors, SafetensorsWriter.Precision.F16);
    family.export(weights, Map.of(), run);
  }

  @Test
  void familiesThatHaveLearnedNothingAreMeasuredAllTheSame() throws IOException {
    write(PortraitFamily.PIXEL);
    write(PortraitFamily.VAE);
    Path json = folder.resolve("quality.json");

    int status =
        run(
            "bench",
            "image",
            "--quality",
            "--pictures",
            "16",
            "--models",
            folder.toString(),
            "--sheets",
            folder.resolve("sheets").toString(),
            "--json",
            json.toString());

    assertThat(status).as(err.toString()).isZero();
    assertThat(out.toString()).contains("that no network learned from", "legal.empty, %", "NO");
    Set<String> names = new HashSet<>();
    for (JsonNode result : new ObjectMapper().readTree(json.toFile())) {
      names.add(result.path("name").asText());
    }
    assertThat(names)
        .contains(
            "image.real.attributes.full",
            "image.real.nats.empty.floor",
            "image.pixel.attributes.partial",
            "image.pixel.exact.greedy",
            "image.pixel.pairs.exact.greedy",
            "image.pixel.nats.empty.exact",
            "image.vae.legal.partial.low",
            "image.vae.nats.empty.elbo",
            "image.vae.nats.empty.k64",
            "image.vae.reconstruction.pixels",
            "image.vae.latent.active");
    for (String sheet : new String[] {"pixel.png", "pixel-neighbours.png", "vae-between.png"}) {
      Path file = folder.resolve("sheets").resolve(sheet);
      assertThat(Pictures.read(Files.readAllBytes(file)).height()).isGreaterThan(100);
    }
  }

  @Test
  void whatCannotBeMeasuredIsRefusedAtOnce() {
    assertThat(run("bench", "image", "--rounds", "0")).isEqualTo(1);
    assertThat(err.toString()).contains("--rounds is 0, must be at least 1");
    assertThat(run("bench", "image", "--quality", "--pictures", "3")).isEqualTo(1);
    assertThat(err.toString()).contains("3 pictures, must be from 16");
    assertThat(run("bench", "image", "--quality", "--family", "judge")).isEqualTo(1);
    assertThat(err.toString()).contains("--family judge: it draws nothing");
    assertThat(run("bench", "image", "--quality", "--temperature", "3")).isEqualTo(1);
    assertThat(err.toString()).contains("temperature is 3.0, must be from 0 to 2");
    String models = folder.toString();
    assertThat(run("bench", "image", "--quality", "--family", "vae", "--models", models))
        .isEqualTo(1);
    assertThat(err.toString()).contains("no run of weir train vae that has ended");
  }
}
