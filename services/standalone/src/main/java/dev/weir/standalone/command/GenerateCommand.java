package dev.weir.standalone.command;

import dev.weir.client.Answer;
import dev.weir.client.WeirClient;
import dev.weir.proto.RequestValidator;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.StreamConfig;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One answer, through Kafka. */
@Command(
    name = "generate",
    description = {
      "Publish one prompt and print its tokens as they come.",
      "The request id goes to standard error: 'weir follow ID' shows the stream again."
    })
final class GenerateCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "MODEL", description = "a model that is served")
  String model = "";

  @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "what to answer")
  String prompt = "";

  @Option(
      names = "--raw",
      description =
          "continue the text instead of answering it as a chat; models that were not made for chat"
              + " always do")
  boolean raw;

  @Mixin SamplingOptions sampling = new SamplingOptions();
  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    StreamConfig streams = kafka.streams();
    var terminal = Objects.requireNonNull(spec).commandLine();
    try (ClientSession session = ClientSession.open(streams, model, ClientSession.Kind.TEXT);
        Answer answer = session.client().ask(request(streams), RequestHeaders.NONE)) {
      terminal.getErr().println("request " + answer.requestId());
      session.cancelOnInterrupt(answer);
      AnswerPrinter.print(answer, terminal.getOut());
    }
    return 0;
  }

  private GenerationRequest request(StreamConfig streams) {
    boolean chat = !raw && ClientSession.chats(streams, model);
    GenerationRequest request =
        (chat ? WeirClient.chat(model, prompt) : WeirClient.prompt(model, prompt))
            .setSampling(sampling.sampling())
            .build();
    new RequestValidator().validate(request);
    return request;
  }
}
