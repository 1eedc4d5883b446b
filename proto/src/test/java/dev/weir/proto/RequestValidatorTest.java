package dev.weir.proto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImageOptions;
import dev.weir.proto.v1.Message;
import dev.weir.proto.v1.Sampling;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges of requests: each bound from both sides, each error by its field. */
final class RequestValidatorTest {
  private static final JsonCodec CODEC = new JsonCodec();
  private static final RequestValidator VALIDATOR = new RequestValidator();

  static List<String> inRange() {
    return List.of(
        "{}",
        "{\"temperature\":0}",
        "{\"temperature\":7.5}",
        "{\"top_p\":1}",
        "{\"top_p\":1e-9}",
        "{\"top_k\":-1}",
        "{\"top_k\":0}",
        "{\"top_k\":1000000}",
        "{\"min_p\":0}",
        "{\"min_p\":1}",
        "{\"typical_p\":1}",
        "{\"repetition_penalty\":0.01}",
        "{\"repetition_penalty\":3}",
        "{\"frequency_penalty\":-2,\"presence_penalty\":2}",
        "{\"logit_bias\":{\"0\":-100,\"5\":100}}",
        "{\"seed\":-9223372036854775808}",
        "{\"max_tokens\":1}",
        "{\"min_tokens\":0}",
        "{\"min_tokens\":5}",
        "{\"max_tokens\":5,\"min_tokens\":5}",
        "{\"logprobs\":true,\"top_logprobs\":20}",
        "{\"logprobs\":false,\"top_logprobs\":0}",
        "{\"stop_token_ids\":[0]}",
        "{\"cache_salt\":\"s\"}",
        "{\"image\":{}}",
        "{\"image\":{\"n\":1,\"scale\":1,\"previews\":0}}",
        "{\"image\":{\"n\":16,\"scale\":64,\"previews\":64}}",
        "{\"image\":{\"sources\":[\"AA==\"],\"strength\":0}}",
        "{\"image\":{\"sources\":[\"AA==\"],\"strength\":1}}",
        "{\"image\":{\"sources\":[\"AA==\",\"AA==\"],\"n\":2}}",
        // characters as a JSON schema counts them: each of these is two UTF-16 units
        "{\"cache_salt\":\"" + "🙂".repeat(256) + "\"}");
  }

  @ParameterizedTest
  @MethodSource("inRange")
  void whatIsInRangeIsTaken(String fields) {
    assertThatCode(() -> VALIDATOR.validate(request(fields))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"temperature":-1}                       | temperature: must be 0 (greedy) or more
          {"temperature":-1e-9}                    | temperature: must be 0 (greedy) or more
          {"top_p":0}                              | top_p: must be above 0 and at most 1
          {"top_p":1.01}                           | top_p: must be above 0 and at most 1
          {"top_k":-2}                             | top_k: must be 1 or more, or 0 or -1 for off
          {"min_p":-0.1}                           | min_p: must be between 0 and 1
          {"min_p":1.1}                            | min_p: must be between 0 and 1
          {"typical_p":0}                          | typical_p: must be above 0 and at most 1
          {"typical_p":2}                          | typical_p: must be above 0 and at most 1
          {"repetition_penalty":0}                 | repetition_penalty: must be above 0; 1 is off
          {"frequency_penalty":2.1}                | frequency_penalty: must be between -2 and 2
          {"presence_penalty":-2.1}                | presence_penalty: must be between -2 and 2
          {"logit_bias":{"5":100.5}}               | logit_bias.5: must be between -100 and 100
          {"logit_bias":{"-5":1}}                  | logit_bias.-5: the key must be a token id, 0 or more
          {"max_tokens":0}                         | max_tokens: must be 1 or more
          {"min_tokens":-1}                        | min_tokens: must be 0 or more
          {"max_tokens":5,"min_tokens":6}          | min_tokens: must not be above max_tokens
          {"logprobs":true,"top_logprobs":21}      | top_logprobs: must be between 0 and 20
          {"logprobs":true,"top_logprobs":-1}      | top_logprobs: must be between 0 and 20
          {"top_logprobs":1}                       | top_logprobs: needs logprobs; set logprobs to true
          {"logprobs":false,"top_logprobs":1}      | top_logprobs: needs logprobs; set logprobs to true
          {"stop":["a",""]}                        | stop[1]: must have 1 to 256 characters
          {"stop_token_ids":[1,-1]}                | stop_token_ids[1]: must be a token id, 0 or more
          {"cache_salt":""}                        | cache_salt: must have 1 to 256 characters
          {"image":{"n":0}}                        | image.n: must be 1 to 16
          {"image":{"n":17}}                       | image.n: must be 1 to 16
          {"image":{"scale":0}}                    | image.scale: must be 1 to 64
          {"image":{"scale":65}}                   | image.scale: must be 1 to 64
          {"image":{"previews":-1}}                | image.previews: must be 0 to 64
          {"image":{"previews":65}}                | image.previews: must be 0 to 64
          {"image":{"sources":["AA==",""]}}        | image.sources[1]: must not be empty; send the bytes of a PNG
          {"image":{"sources":["AA==","AA==","AA=="]}} | image.sources: must be one picture (variations) or two (interpolation)
          {"image":{"sources":["AA==","AA=="]}}    | image.n: must be at least 2 for the way between two pictures, both ends among them
          {"image":{"sources":["AA==","AA=="],"n":1}} | image.n: must be at least 2 for the way between two pictures, both ends among them
          {"image":{"sources":["AA=="],"strength":-0.1}} | image.strength: must be 0 to 1
          {"image":{"sources":["AA=="],"strength":1.1}} | image.strength: must be 0 to 1
          {"image":{"strength":0.5}}               | image.strength: is of variations: give one picture in sources
          {"image":{"sources":["AA==","AA=="],"n":3,"strength":0.5}} | image.strength: is of variations: give one picture in sources
          """)
  void whatIsOutOfRangeIsRefusedByItsField(String fields, String message) {
    assertInvalid(request(fields), ErrorCodes.INVALID_VALUE, message);
  }

  @Test
  void listsAndStringsOfStopsAreBounded() {
    assertThatCode(
            () -> VALIDATOR.validate(sampled(s -> addStops(s, SamplingValidator.MOST_STOPS, 256))))
        .doesNotThrowAnyException();
    assertInvalid(
        sampled(s -> addStops(s, SamplingValidator.MOST_STOPS + 1, 1)),
        ErrorCodes.INVALID_VALUE,
        "stop: must have at most 16 strings");
    assertInvalid(
        sampled(s -> addStops(s, 1, 257)),
        ErrorCodes.INVALID_VALUE,
        "stop[0]: must have 1 to 256 characters");
    assertInvalid(
        sampled(s -> {
          for (int i = 0; i <= SamplingValidator.MOST_STOP_TOKENS; i++) {
            s.addStopTokenIds(i);
          }
        }),
        ErrorCodes.INVALID_VALUE,
        "stop_token_ids: must have at most 1024 ids");
  }

  @Test
  void aSaltOfTheCacheIsBounded() {
    assertInvalid(
        request("{\"cache_salt\":\"" + "🙂".repeat(257) + "\"}"),
        ErrorCodes.INVALID_VALUE,
        "cache_salt: must have 1 to 256 characters");
  }

  @Test
  void biasesAreBoundedInNumber() {
    Consumer<Sampling.Builder> most =
        s -> {
          for (int i = 0; i < SamplingValidator.MOST_BIASES; i++) {
            s.putLogitBias(i, 1);
          }
        };
    assertThatCode(() -> VALIDATOR.validate(sampled(most))).doesNotThrowAnyException();
    assertInvalid(
        sampled(most.andThen(s -> s.putLogitBias(SamplingValidator.MOST_BIASES, 1))),
        ErrorCodes.INVALID_VALUE,
        "logit_bias: must have at most 1024 entries");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void numbersFromProtobufMustBeFiniteToo(double number) {
    assertInvalid(
        sampled(s -> s.setTemperature(number)),
        ErrorCodes.INVALID_VALUE,
        "temperature: must be 0 (greedy) or more");
    for (Consumer<Sampling.Builder> set :
        List.<Consumer<Sampling.Builder>>of(
            s -> s.setTopP(number),
            s -> s.setMinP(number),
            s -> s.setTypicalP(number),
            s -> s.setRepetitionPenalty(number),
            s -> s.setFrequencyPenalty(number),
            s -> s.setPresencePenalty(number),
            s -> s.putLogitBias(1, number))) {
      InvalidRequestException e = invalid(sampled(set));
      assertThat(e).message().startsWith(e.field() + ": must be ");
    }
  }

  @Test
  void exactlyOneOfPromptTokenIdsAndMessagesMustBeThere() {
    GenerationRequest none = GenerationRequest.newBuilder().setModel("m").build();
    assertInvalid(
        none, ErrorCodes.MISSING_REQUIRED_PARAMETER, "prompt: is missing; give prompt or messages");
    var user = Message.newBuilder().setRole("user").setContent("hi");
    String onlyOne = "give only one of prompt, prompt_token_ids and messages";
    assertInvalid(
        none.toBuilder().setPrompt("p").addMessages(user).build(),
        ErrorCodes.INVALID_VALUE,
        "prompt: " + onlyOne);
    assertInvalid(
        none.toBuilder().setPrompt("").addPromptTokenIds(1).build(),
        ErrorCodes.INVALID_VALUE,
        "prompt: " + onlyOne);
    assertInvalid(
        none.toBuilder().addPromptTokenIds(1).addMessages(user).build(),
        ErrorCodes.INVALID_VALUE,
        "prompt_token_ids: " + onlyOne);
    assertInvalid(
        none.toBuilder().setPrompt("").build(),
        ErrorCodes.INVALID_VALUE,
        "prompt: must not be empty");
    assertInvalid(
        none.toBuilder().addPromptTokenIds(1).addPromptTokenIds(-1).build(),
        ErrorCodes.INVALID_VALUE,
        "prompt_token_ids[1]: must be a token id, 0 or more");
  }

  @Test
  void aPictureNeedsNoPromptAndTakesNoOtherSource() {
    GenerationRequest picture =
        GenerationRequest.newBuilder()
            .setModel("pixel")
            .setImage(ImageOptions.getDefaultInstance())
            .build();
    assertThatCode(() -> VALIDATOR.validate(picture)).doesNotThrowAnyException();
    assertThatCode(() -> VALIDATOR.validate(picture.toBuilder().setPrompt("").build()))
        .doesNotThrowAnyException();
    assertInvalid(
        picture.toBuilder().addPromptTokenIds(1).build(),
        ErrorCodes.INVALID_VALUE,
        "prompt_token_ids: a model that draws takes a prompt; say it in prompt, or leave out"
            + " image");
    assertInvalid(
        picture.toBuilder().addMessages(Message.newBuilder().setRole("user")).build(),
        ErrorCodes.INVALID_VALUE,
        "messages: a model that draws takes a prompt; say it in prompt, or leave out image");
  }

  @Test
  void everyMessageHasARoleThatTemplatesKnow() {
    for (String role : new String[] {"system", "developer", "user", "assistant", "tool"}) {
      assertThatCode(() -> VALIDATOR.validate(message(role))).doesNotThrowAnyException();
    }
    assertInvalid(
        message("robot"),
        ErrorCodes.INVALID_VALUE,
        "messages[1].role: must be system, developer, user, assistant or tool");
    assertInvalid(
        message(""),
        ErrorCodes.MISSING_REQUIRED_PARAMETER,
        "messages[1].role: is missing; say system, developer, user, assistant or tool");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "a b", "ä", "..", ".", "a\n", "a:b"})
  void theModelIsPartOfATopicName(String model) {
    assertInvalid(
        named(model),
        ErrorCodes.INVALID_VALUE,
        "model: must be 1 to 180 letters, digits, dots, underscores or hyphens");
  }

  @Test
  void theModelIsNeededAndNotTooLong() {
    assertThatCode(() -> VALIDATOR.validate(named("SmolLM2-135M_v1.5"))).doesNotThrowAnyException();
    assertThatCode(() -> VALIDATOR.validate(named("m".repeat(180)))).doesNotThrowAnyException();
    assertInvalid(
        named("m".repeat(181)),
        ErrorCodes.INVALID_VALUE,
        "model: must be 1 to 180 letters, digits, dots, underscores or hyphens");
    assertInvalid(
        named(""),
        ErrorCodes.MISSING_REQUIRED_PARAMETER,
        "model: is missing; name a model that is served");
  }

  @Test
  void theIdIsShortAndPrintable() {
    GenerationRequest right = named("m").toBuilder().setId("0195-ab:C.d_9").build();
    assertThatCode(() -> VALIDATOR.validate(right)).doesNotThrowAnyException();
    for (String id : new String[] {"a b", "x".repeat(129), "é"}) {
      assertInvalid(
          right.toBuilder().setId(id).build(),
          ErrorCodes.INVALID_VALUE,
          "id: must be 1 to 128 letters, digits or . _ : -");
    }
  }

  @Test
  void templateVariablesFromProtobufMustBeAJsonObject() {
    for (String text : new String[] {"{", "[]", "1", "{} {}"}) {
      assertInvalid(
          named("m").toBuilder().setChatTemplateKwargs(text).build(),
          ErrorCodes.INVALID_TYPE,
          "chat_template_kwargs: must be a JSON object");
    }
    assertThatCode(
            () -> VALIDATOR.validate(named("m").toBuilder().setChatTemplateKwargs("{}").build()))
        .doesNotThrowAnyException();
  }

  @Test
  void aRequestThatKafkaCannotCarryIsTooLarge() {
    var validator = new RequestValidator(new RequestLimits(1000));
    // 3 bytes for the model, 3 for tag and length of a prompt: its UTF-8 may have 994.
    GenerationRequest fits = named("m").toBuilder().setPrompt("ü".repeat(497)).build();
    assertThat(fits.getSerializedSize()).isEqualTo(1000);
    assertThatCode(() -> validator.validate(fits)).doesNotThrowAnyException();
    InvalidRequestException e =
        catchThrowableOfType(
            InvalidRequestException.class,
            () -> validator.validate(fits.toBuilder().setPrompt("ü".repeat(497) + "x").build()));
    assertThat(e)
        .hasMessage("prompt: the request has 1,001 bytes, at most 1,000 are possible; shorten it");
    assertThat(e.httpStatus()).isEqualTo(413);
    assertThat(e.code()).isEqualTo(ErrorCodes.REQUEST_TOO_LARGE);
    assertThat(e.toFailure().getHttpStatus()).isEqualTo(413);
  }

  @Test
  void aPromptOfOneMebibyteIsTooLargeByDefault() {
    InvalidRequestException e =
        invalid(named("m").toBuilder().setPrompt("x".repeat(1 << 20)).build());
    assertThat(e.code()).isEqualTo(ErrorCodes.REQUEST_TOO_LARGE);
    assertThat(e.field()).isEqualTo("prompt");
  }

  /** A request with these fields beside a model and a prompt. */
  static ObjectNode tree(String fields) {
    return CODEC.readObject(fields.getBytes(UTF_8)).put("model", "m").put("prompt", "p");
  }

  private static GenerationRequest request(String fields) {
    return CODEC.decode(tree(fields), GenerationRequest.getDefaultInstance()).message();
  }

  private static GenerationRequest named(String model) {
    return GenerationRequest.newBuilder().setModel(model).setPrompt("p").build();
  }

  private static GenerationRequest message(String role) {
    return GenerationRequest.newBuilder()
        .setModel("m")
        .addMessages(Message.newBuilder().setRole("system"))
        .addMessages(Message.newBuilder().setRole(role).setContent("hi"))
        .build();
  }

  private static GenerationRequest sampled(Consumer<Sampling.Builder> set) {
    var request = named("m").toBuilder();
    set.accept(request.getSamplingBuilder());
    return request.build();
  }

  private static void addStops(Sampling.Builder sampling, int count, int length) {
    for (int i = 0; i < count; i++) {
      sampling.addStop("x".repeat(length));
    }
  }

  private static InvalidRequestException invalid(GenerationRequest request) {
    InvalidRequestException e =
        catchThrowableOfType(InvalidRequestException.class, () -> VALIDATOR.validate(request));
    assertThat(e).isNotNull();
    return e;
  }

  private static void assertInvalid(GenerationRequest request, String code, String message) {
    InvalidRequestException e = invalid(request);
    assertThat(e).hasMessage(message);
    assertThat(e.field()).isEqualTo(message.substring(0, message.indexOf(':')));
    assertThat(e.code()).isEqualTo(code);
    assertThat(e.httpStatus()).isEqualTo(400);
  }
}
