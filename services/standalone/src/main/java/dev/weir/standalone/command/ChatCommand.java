package dev.weir.standalone.command;

import dev.weir.client.Answer;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Message;
import dev.weir.stream.RequestHeaders;
import dev.weir.stream.StreamConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A conversation in the terminal. */
@Command(
    name = "chat",
    description = {
      "Talk with a model; each line is answered as its tokens come.",
      "/clear forgets the conversation, /exit (or Ctrl-D) ends it."
    })
final class ChatCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "MODEL",
      description = "a model that is served (default: the first)")
  @Nullable String model;

  @Option(names = "--system", paramLabel = "TEXT", description = "instructions for the model")
  @Nullable String system;

  @Mixin SamplingOptions sampling = new SamplingOptions();
  @Mixin KafkaOptions kafka = new KafkaOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    StreamConfig streams = kafka.streams();
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (ClientSession session = ClientSession.open(streams, model, ClientSession.Kind.TEXT)) {
      String name = model == null ? first(streams) : model;
      if (!ClientSession.chats(streams, name)) {
        throw new CommandException(
            "%s was not made for chat; it goes on with texts: weir generate %s --prompt \"...\""
                .formatted(name, name));
      }
      out.println(name + " listens; /exit ends");
      converse(session, name, out);
    }
    return 0;
  }

  private static String first(StreamConfig streams) {
    return ClientSession.served(streams, ClientSession.Kind.TEXT).stream()
        .findFirst()
        .orElseThrow(
            () -> new CommandException("no model that writes is served at " + streams.bootstrap()));
  }

  private void converse(ClientSession session, String name, PrintWriter out) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<Message> messages = new ArrayList<>();
    begin(messages);
    prompt(out);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      switch (line.strip()) {
        case "" -> {}
        case "/exit" -> {
          return;
        }
        case "/clear" -> begin(messages);
        default -> answer(session, name, line, messages, out);
      }
      prompt(out);
    }
    out.println();
  }

  private void begin(List<Message> messages) {
    messages.clear();
    if (system != null) {
      messages.add(message("system", system));
    }
  }

  private void answer(
      ClientSession session, String name, String line, List<Message> messages, PrintWriter out) {
    messages.add(message("user", line));
    GenerationRequest request =
        GenerationRequest.newBuilder()
            .setModel(name)
            .addAllMessages(messages)
            .setSampling(sampling.sampling())
            .build();
    try (Answer answer = session.client().ask(request, RequestHeaders.NONE)) {
      session.cancelOnInterrupt(answer);
      messages.add(message("assistant", AnswerPrinter.print(answer, out)));
    } catch (CommandException e) {
      out.println("weir: " + e.getMessage());
      messages.removeLast();
    }
  }

  private static Message message(String role, String content) {
    return Message.newBuilder().setRole(role).setContent(content).build();
  }

  private static void prompt(PrintWriter out) {
    out.print("> ");
    out.flush();
  }
}
