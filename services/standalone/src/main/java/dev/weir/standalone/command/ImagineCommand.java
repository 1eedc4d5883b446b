package dev.weir.standalone.command;

import com.google.protobuf.ByteString;
import dev.weir.client.Answer;
import dev.weir.client.AnswerEvent;
import dev.weir.client.Picture;
import dev.weir.client.WeirClient;
import dev.weir.image.Pictures;
import dev.weir.proto.RequestValidator;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImageOptions;
import dev.weir.proto.v1.Sampling;
import dev.weir.stream.RequestHeaders;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Pictures, through Kafka. */
@Command(
    name = "imagine",
    description = {
      "Publish a prompt to a model that draws, and keep the pictures as PNG files.",
      "Without a prompt it draws anything. What it did not understand goes to standard error."
    })
final class ImagineCommand implements Callable<Integer> {
  /** Seeds that people can type again. */
  private static final long LARGEST_SEED = 1_000_000;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "PROMPT",
      description = "such as \"a woman with long red hair and glasses\"")
  String prompt = "";

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "pixel, vae or diffusion (default: ${DEFAULT-VALUE})",
      defaultValue = "pixel")
  String model = "pixel";

  @Option(names = "-n", paramLabel = "N", description = "pictures, 1 to 16 (default: 1)")
  @Nullable Integer n;

  @Option(
      names = "--scale",
      paramLabel = "K",
      description = "each pixel becomes K x K, 1 to 64 (default: ${DEFAULT-VALUE})",
      defaultValue = "16")
  int scale = 16;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description =
          "the same seed gives the same picture; picture i has the seed S + i (default: any, which"
              + " is told)")
  @Nullable Long seed;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0: the most probable picture (default: the model's)")
  @Nullable Double temperature;

  @Option(
      names = "--like",
      paramLabel = "FILE",
      description =
          "a PNG of 16x16 pixels, or K times as large, to draw variations of (vae," + " diffusion)")
  @Nullable Path like;

  @Option(
      names = "--strength",
      paramLabel = "X",
      description = "how far variations are from it, 0 to 1 (default: 0.5)")
  @Nullable Double strength;

  @Option(
      names = "--towards",
      paramLabel = "FILE",
      description = "a second PNG: draws the way from --like to it in -n pictures (vae)")
  @Nullable Path towards;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "where to keep it; several are FILE-1.png and so on (default: ${DEFAULT-VALUE})",
      defaultValue = "picture.png")
  Path out = Path.of("picture.png");

  @Option(
      names = "--film",
      paramLabel = "DIR",
      description = "keep the pictures on their way too, up to 64 of each")
  @Nullable Path film;

  @Option(names = "--show", description = "show the pictures in the terminal, in 24-bit colours")
  boolean show;

  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (towards != null && like == null) {
      throw new CommandException("--towards needs --like: the picture that the way begins at");
    }
    GenerationRequest request = request();
    new RequestValidator().validate(request);
    var terminal = Objects.requireNonNull(spec).commandLine();
    try (ClientSession session =
            ClientSession.open(kafka.streams(), model, ClientSession.Kind.IMAGE);
        Answer answer = session.client().ask(request, RequestHeaders.NONE)) {
      terminal.getErr().println("request " + answer.requestId());
      session.cancelOnInterrupt(answer);
      receive(answer, request, terminal.getOut(), terminal.getErr());
    }
    return 0;
  }

  private GenerationRequest request() throws IOException {
    ImageOptions.Builder image = ImageOptions.newBuilder().setScale(scale);
    if (n != null) {
      image.setN(n);
    }
    if (film != null) {
      image.setPreviews(64);
    }
    if (strength != null) {
      image.setStrength(strength);
    }
    for (@Nullable Path source : new @Nullable Path[] {like, towards}) {
      if (source != null) {
        if (!Files.isRegularFile(source)) {
          throw new CommandException(source + " is no file; name a PNG");
        }
        image.addSources(ByteString.copyFrom(Files.readAllBytes(source)));
      }
    }
    Sampling.Builder sampling =
        Sampling.newBuilder()
            .setSeed(seed != null ? seed : ThreadLocalRandom.current().nextLong(LARGEST_SEED));
    if (temperature != null) {
      sampling.setTemperature(temperature);
    }
    return WeirClient.draw(model, prompt).setSampling(sampling).setImage(image).build();
  }

  private void receive(
      Answer answer, GenerationRequest request, PrintWriter terminal, PrintWriter complaints)
      throws IOException {
    List<Integer> frames = new ArrayList<>();
    for (AnswerEvent event : answer) {
      switch (event) {
        case AnswerEvent.Began _, AnswerEvent.Text _ -> {}
        case AnswerEvent.Glimpse glimpse -> {
          if (film != null) {
            int picture = glimpse.preview().getPicture();
            while (frames.size() <= picture) {
              frames.add(0);
            }
            frames.set(picture, frames.get(picture) + 1);
            Files.createDirectories(film);
            Files.write(
                film.resolve("%d-%02d.png".formatted(picture + 1, frames.get(picture))),
                glimpse.preview().getData().toByteArray());
          }
        }
        case AnswerEvent.Image image -> keep(image.picture(), request, terminal);
        case AnswerEvent.End end -> {
          end.warnings()
              .forEach(warning ->
                  complaints.printf("weir: %s: %s%n", warning.getField(), warning.getMessage()));
          AnswerPrinter.complain(end.finished());
        }
      }
    }
  }

  private void keep(Picture picture, GenerationRequest request, PrintWriter terminal)
      throws IOException {
    Path file = file((int) picture.index(), request.getImage().getN());
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.write(file, picture.bytes());
    if (show) {
      TerminalPicture.print(Pictures.read(picture.bytes()), picture.width() / scale, terminal);
    }
    terminal.printf("%s, seed %d%n", file, request.getSampling().getSeed() + picture.index());
    terminal.flush();
  }

  /** {@code picture.png}; of several {@code picture-1.png} and so on. */
  private Path file(int index, int pictures) {
    if (pictures < 2) {
      return out;
    }
    String name = String.valueOf(out.getFileName());
    int dot = name.lastIndexOf('.');
    String stem = dot > 0 ? name.substring(0, dot) : name;
    String ending = dot > 0 ? name.substring(dot) : ".png";
    return out.resolveSibling("%s-%d%s".formatted(stem, index + 1, ending));
  }
}
