package dev.weir.proto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Message;
import dev.weir.proto.v1.Sampling;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests in JSON as people and OpenAI clients write them. */
final class RequestJsonTest {
  private static final JsonCodec CODEC = new JsonCodec();

  @Test
  void theShortestLineIsARequest() {
    Decoded<GenerationRequest> decoded =
        decode(
            """
            {"model":"smollm2","prompt":"Why is the sky blue?"}\
            """);
    assertThat(decoded.message())
        .isEqualTo(
            GenerationRequest.newBuilder()
                .setModel("smollm2")
                .setPrompt("Why is the sky blue?")
                .build());
    assertThat(decoded.unknownCount()).isZero();
  }

  @Test
  void fieldsOfSamplingLieFlatBesideTheModel() {
    assertThat(
            request(
                    """
                    {"model":"m","prompt":"p","temperature":0.7,"top_p":0.9,"top_k":40,"min_p":0.05,
                     "typical_p":0.8,"repetition_penalty":1.1,"frequency_penalty":-0.5,
                     "presence_penalty":0.5,"logit_bias":{"50256":-100,"7":1.5},
                     "seed":9007199254740993,"stop":["\\n","END"],"stop_token_ids":[2,3],
                     "max_tokens":64,"min_tokens":1,"ignore_eos":true,"logprobs":true,
                     "top_logprobs":5}\
                    """)
                .getSampling())
        .isEqualTo(
            Sampling.newBuilder()
                .setTemperature(0.7)
                .setTopP(0.9)
                .setTopK(40)
                .setMinP(0.05)
                .setTypicalP(0.8)
                .setRepetitionPenalty(1.1)
                .setFrequencyPenalty(-0.5)
                .setPresencePenalty(0.5)
                .putLogitBias(50256, -100)
                .putLogitBias(7, 1.5)
                .setSeed(9007199254740993L) // 2^53 + 1, which no double holds
                .addStop("\n")
                .addStop("END")
                .addStopTokenIds(2)
                .addStopTokenIds(3)
                .setMaxTokens(64)
                .setMinTokens(1)
                .setIgnoreEos(true)
                .setLogprobs(true)
                .setTopLogprobs(5)
                .build());
  }

  @Test
  void stopIsAStringOrAList() {
    assertThat(sampling("\"stop\":\"END\"").getStopList()).containsExactly("END");
    assertThat(sampling("\"stop\":[\"a\",\"b\"]").getStopList()).containsExactly("a", "b");
    assertThat(sampling("\"stop\":null").getStopList()).isEmpty();
  }

  @Test
  void thePromptIsAStringOrTokenIdsOrAListOfOneOfThem() {
    assertThat(request("{\"prompt\":[1,2,3]}").getPromptTokenIdsList()).containsExactly(1, 2, 3);
    assertThat(request("{\"prompt\":[[1,2]]}").getPromptTokenIdsList()).containsExactly(1, 2);
    assertThat(request("{\"prompt\":[\"only\"]}").getPrompt()).isEqualTo("only");
    assertInvalid("{\"prompt\":[\"a\",\"b\"]}", "prompt", ErrorCodes.UNSUPPORTED_PARAMETER);
    assertInvalid("{\"prompt\":[]}", "prompt", ErrorCodes.INVALID_VALUE);
    assertInvalid("{\"prompt\":[1,true]}", "prompt[1]", ErrorCodes.INVALID_TYPE);
    assertInvalid("{\"prompt\":[[1,\"x\"]]}", "prompt[0][1]", ErrorCodes.INVALID_TYPE);
  }

  @Test
  void theContentOfAMessageIsTextNullOrTextParts() {
    assertThat(
            request(
                    """
                    {"messages":[{"role":"system","content":"Be brief."},
                     {"role":"user","name":"ada","content":[{"type":"text","text":"one"},
                     {"type":"text","text":"two"}]},{"role":"assistant","content":null}]}\
                    """)
                .getMessagesList())
        .containsExactly(
            Message.newBuilder().setRole("system").setContent("Be brief.").build(),
            Message.newBuilder().setRole("user").setName("ada").setContent("one\ntwo").build(),
            Message.newBuilder().setRole("assistant").build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"image_url", "input_audio", "file", "video_url", "refusal"})
  void otherPartsThanTextAreRefusedByName(String type) {
    InvalidRequestException e =
        assertInvalid(
            """
            {"messages":[{"role":"user","content":"a"},
             {"role":"user","content":[{"type":"text","text":"a"},{"type":"%s"}]}]}\
            """
                .formatted(type),
            "messages[1].content[1].type",
            ErrorCodes.UNSUPPORTED_PARAMETER);
    assertThat(e).hasMessageContaining(type);
  }

  @Test
  void maxCompletionTokensIsMaxTokens() {
    assertThat(sampling("\"max_completion_tokens\":9").getMaxTokens()).isEqualTo(9);
    assertThat(sampling("\"max_completion_tokens\":9,\"max_tokens\":9").getMaxTokens())
        .isEqualTo(9);
    assertInvalid(
        "{\"max_completion_tokens\":9,\"max_tokens\":8}",
        "max_completion_tokens",
        ErrorCodes.INVALID_VALUE);
  }

  @Test
  void logprobsMayBeTheNumberOfTheOlderApi() {
    assertThat(sampling("\"logprobs\":3"))
        .isEqualTo(Sampling.newBuilder().setLogprobs(true).setTopLogprobs(3).build());
    assertThat(sampling("\"top_logprobs\":2,\"logprobs\":true"))
        .isEqualTo(Sampling.newBuilder().setLogprobs(true).setTopLogprobs(2).build());
    assertInvalid("{\"logprobs\":\"yes\"}", "logprobs", ErrorCodes.INVALID_TYPE);
  }

  @Test
  void variablesOfTheChatTemplateKeepTheirNumbersExactly() {
    assertThat(
            request(
                    "{\"chat_template_kwargs\":{\"enable_thinking\":false,\"x\":[1.10,12345678901234567890]}}")
                .getChatTemplateKwargs())
        .isEqualTo("{\"enable_thinking\":false,\"x\":[1.10,12345678901234567890]}");
    assertInvalid(
        "{\"chat_template_kwargs\":\"{}\"}", "chat_template_kwargs", ErrorCodes.INVALID_TYPE);
    assertInvalid(
        "{\"chat_template_kwargs\":{\"a\":\"\\udc00\"}}",
        "chat_template_kwargs",
        ErrorCodes.INVALID_VALUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"tools\":[{\"type\":\"function\"}]",
        "\"tool_choice\":\"auto\"",
        "\"functions\":[{}]",
        "\"function_call\":{\"name\":\"f\"}",
        "\"response_format\":{\"type\":\"json_object\"}",
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{}}",
        "\"audio\":{\"voice\":\"alloy\"}",
        "\"modalities\":[\"text\",\"audio\"]",
        "\"prediction\":{\"type\":\"content\"}",
        "\"best_of\":2",
        "\"suffix\":\"end\"",
        "\"echo\":true",
        "\"web_search_options\":{}",
        "\"reasoning_effort\":\"low\"",
        "\"guided_json\":{\"type\":\"object\"}",
        "\"guided_regex\":\"a*\"",
        "\"structured_outputs\":{\"choice\":[\"a\"]}",
        "\"use_beam_search\":true",
        "\"prompt_logprobs\":0",
        "\"bad_words\":[\"a\"]",
        "\"chat_template\":\"{{ messages }}\"",
        "\"n\":2",
        "\"priority\":3",
        "\"sampling\":{\"temperature\":0}",
        "\"grammar\":\"root ::= x\""
      })
  void whatIsKnownAndNotBuiltIsRefusedByName(String field) {
    String name = field.substring(1, field.indexOf('"', 1));
    assertInvalid(
        "{\"model\":\"m\",\"prompt\":\"p\"," + field + "}", name, ErrorCodes.UNSUPPORTED_PARAMETER);
  }

  @Test
  void whatIsKnownAndNotBuiltMayAskForWhatIsDoneAnyway() {
    Decoded<GenerationRequest> decoded =
        decode(
            """
            {"model":"m","prompt":"p","tools":[],"tool_choice":"none","functions":null,
             "response_format":{"type":"text"},"modalities":["text"],"best_of":1,"n":1,"suffix":null,
             "echo":false,"use_beam_search":false,"length_penalty":1.0,"skip_special_tokens":true,
             "audio":null,"priority":0}\
            """);
    assertThat(decoded.message())
        .isEqualTo(GenerationRequest.newBuilder().setModel("m").setPrompt("p").build());
    assertThat(decoded.unknownCount()).isZero();
  }

  @Test
  void fieldsWithoutEffectAreTakenKnowingly() {
    Decoded<GenerationRequest> decoded =
        decode(
            """
            {"model":"m","messages":[{"role":"assistant","content":"a","annotations":[],
              "tool_calls":null,"refusal":null,"audio":null,"function_call":null}],
             "user":"u","store":true,"metadata":{"a":"b"},"service_tier":"auto","stream":true,
             "safety_identifier":"s","prompt_cache_key":"k","parallel_tool_calls":true,
             "stream_options":{"include_usage":true}}\
            """);
    assertThat(decoded.unknownCount()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tool_calls", "function_call", "audio"})
  void messagesWithCallsAreRefusedByName(String name) {
    assertInvalid(
        "{\"messages\":[{\"role\":\"assistant\",\"%s\":[{\"id\":\"x\"}]}]}".formatted(name),
        "messages[0]." + name,
        ErrorCodes.UNSUPPORTED_PARAMETER);
  }

  @Test
  void unknownFieldsAreCountedAtTheirPlaces() {
    Decoded<GenerationRequest> decoded =
        decode(
            """
            {"model":"m","temprature":0,"json_chunks":true,"from":{"partition":1,"epoch":{"a":1}},
             "messages":[{"role":"user","content":[{"type":"text","text":"a","cache":1}]},
             {"role":"user","colour":"red"}]}\
            """);
    assertThat(decoded.unknownFields())
        .containsExactly(
            "temprature",
            "json_chunks",
            "from.epoch",
            "messages[0].content[0].cache",
            "messages[1].colour");
    assertThat(decoded.unknownCount()).isEqualTo(5);
  }

  @Test
  void ofManyUnknownFieldsOnlyTheFirstPathsAreKept() {
    var json = new StringBuilder("{\"model\":\"m\"");
    for (int i = 0; i < 1000; i++) {
      json.append(",\"x").append(i).append("\":0");
    }
    Decoded<GenerationRequest> decoded = decode(json + "}");
    assertThat(decoded.unknownCount()).isEqualTo(1000);
    assertThat(decoded.unknownFields()).hasSize(Decoded.MOST_PATHS).startsWith("x0", "x1");
  }

  @Test
  void theCallerMayHandleFieldsItself() {
    assertThat(
            CODEC.decodeRequest(
                CODEC.readObject("{\"model\":\"m\",\"n\":4,\"stream\":1,\"x\":2}".getBytes(UTF_8)),
                Set.of("n", "stream", "x")))
        .isEqualTo(Decoded.known(GenerationRequest.newBuilder().setModel("m").build()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"model":5}                             | model                  | model: must be a string, not a number
          {"prompt":{}}                           | prompt                 | prompt: must be a string or a list of token ids, not an object
          {"messages":"hi"}                       | messages               | messages: must be a list, not a string
          {"messages":[]}                         | messages               | messages: must not be empty; give at least one message
          {"messages":[1]}                        | messages[0]            | messages[0]: must be an object, not a number
          {"messages":[{},{},{"role":1}]}         | messages[2].role       | messages[2].role: must be a string, not a number
          {"messages":[{"content":5}]}            | messages[0].content    | messages[0].content: must be a string, not a number
          {"temperature":"hot"}                   | temperature            | temperature: must be a number, not a string
          {"temperature":1e400}                   | temperature            | temperature: is beyond the range of a 64-bit floating-point number
          {"max_tokens":1.5}                      | max_tokens             | max_tokens: must be a whole number
          {"max_tokens":2147483648}               | max_tokens             | max_tokens: must be between -2147483648 and 2147483647
          {"seed":1e999999999}                    | seed                   | seed: must be between -9223372036854775808 and 9223372036854775807
          {"seed":9223372036854775808}            | seed                   | seed: must be between -9223372036854775808 and 9223372036854775807
          {"stop":[null]}                         | stop[0]                | stop[0]: must be a string, not null
          {"stop":7}                              | stop                   | stop: must be a list, not a number
          {"ignore_eos":0}                        | ignore_eos             | ignore_eos: must be true or false, not a number
          {"logit_bias":[]}                       | logit_bias             | logit_bias: must be an object, not a list
          {"logit_bias":{"a":1}}                  | logit_bias.a           | logit_bias.a: the key must be a whole number in quotes
          {"logit_bias":{"01":1}}                 | logit_bias.01          | logit_bias.01: the key must be a whole number in quotes
          {"logit_bias":{"1":null}}               | logit_bias.1           | logit_bias.1: must be a number, not null
          {"from":{"offset":"1"}}                 | from.offset            | from.offset: must be a whole number, not a string
          {"prompt":"\\ud83d!"}                   | prompt                 | prompt: is no Unicode text: half of a surrogate pair at character 0
          """)
  void whatIsWrongNamesItsField(String json, String field, String message) {
    InvalidRequestException e =
        catchThrowableOfType(
            InvalidRequestException.class, () -> decode(json.replace("\\\\", "\\")));
    assertThat(e.field()).isEqualTo(field);
    assertThat(e).hasMessage(message);
  }

  @Test
  void wholeNumbersMayHaveAPoint() {
    assertThat(sampling("\"max_tokens\":5.0").getMaxTokens()).isEqualTo(5);
    assertThat(sampling("\"max_tokens\":1e2").getMaxTokens()).isEqualTo(100);
    assertThat(sampling("\"seed\":9007199254740993.0").getSeed()).isEqualTo(9007199254740993L);
    assertThat(sampling("\"seed\":0e999999999").getSeed()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[]",
        "\"text\"",
        "null",
        "{",
        "{\"model\":\"m\"",
        "{\"model\":\"m\"} {}",
        "{\"model\":\"m\",\"model\":\"n\"}",
        "{'model':'m'}",
        "{\"temperature\":NaN}",
        "{\"temperature\":Infinity}",
        "{\"temperature\":.5}",
        "{\"prompt\":\"\t\"}",
        "{\"model\":\"m\",}",
        "{\"temperature\":1e99999999999999999999}"
      })
  void whatIsNoJsonObjectIsRefusedInOneLine(String json) {
    InvalidRequestException e = assertInvalid(json, "", ErrorCodes.INVALID_JSON);
    assertThat(e)
        .message()
        .contains("JSON")
        .doesNotContain("\n", "Source", "StreamRead", "Feature");
  }

  @Test
  void aBrokenDocumentIsLocated() {
    InvalidRequestException e =
        assertInvalid("{\"model\":\"m\",\n \"prompt\" 5}", "", ErrorCodes.INVALID_JSON);
    assertThat(e).hasMessageContaining("line 2, column 11");
  }

  @Test
  void documentsBeyondTheLimitsAreRefused() {
    var small = new JsonCodec(new JsonLimits(100, 5));
    byte[] fits = ("{\"prompt\":\"" + "x".repeat(87) + "\"}").getBytes(UTF_8);
    assertThat(fits).hasSize(100);
    assertThat(small.decode(fits, GenerationRequest.getDefaultInstance()).message().getPrompt())
        .hasSize(87);
    byte[] large = ("{\"prompt\":\"" + "x".repeat(88) + "\"}").getBytes(UTF_8);
    assertThatThrownBy(() -> small.readObject(large))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCodes.REQUEST_TOO_LARGE);
              assertThat(e.httpStatus()).isEqualTo(413);
            });
    small.readObject("{\"x\":[[[[]]]]}".getBytes(UTF_8));
    assertThatThrownBy(() -> small.readObject("{\"x\":[[[[[]]]]]}".getBytes(UTF_8)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("depth (6) exceeds the maximum allowed (5)");
  }

  @Test
  void theCanonicalFormIsFlatAndLeavesOutWhatIsAbsent() {
    GenerationRequest request =
        GenerationRequest.newBuilder()
            .setModel("m")
            .addMessages(Message.newBuilder().setRole("user").setContent("hi"))
            .setSampling(
                Sampling.newBuilder().setTemperature(0).putLogitBias(9, 1).putLogitBias(10, 2.5))
            .setChatTemplateKwargs("{ \"a\": 1.00 }")
            .setJsonChunks(true)
            .build();
    assertThat(CODEC.encode(request))
        .asString(UTF_8)
        .isEqualTo(
            """
            {"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":0.0,\
            "logit_bias":{"9":1.0,"10":2.5},"chat_template_kwargs":{"a":1.00}}\
            """);
  }

  @Test
  void numbersThatAreNotFiniteAreNotWritten() {
    GenerationRequest request =
        GenerationRequest.newBuilder()
            .setSampling(Sampling.newBuilder().setTemperature(Double.NaN))
            .build();
    assertThatThrownBy(() -> CODEC.encode(request))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weir.v1.Sampling.temperature");
  }

  private static Decoded<GenerationRequest> decode(String json) {
    return CODEC.decode(json.getBytes(UTF_8), GenerationRequest.getDefaultInstance());
  }

  private static GenerationRequest request(String json) {
    return decode(json).message();
  }

  private static Sampling sampling(String fields) {
    return request("{\"model\":\"m\",\"prompt\":\"p\"," + fields + "}").getSampling();
  }

  private static InvalidRequestException assertInvalid(String json, String field, String code) {
    InvalidRequestException e =
        catchThrowableOfType(InvalidRequestException.class, () -> decode(json));
    assertThat(e).as(json).isNotNull();
    assertThat(e.field()).isEqualTo(field);
    assertThat(e.code()).isEqualTo(code);
    assertThat(e).message().startsWith(field);
    return e;
  }
}
