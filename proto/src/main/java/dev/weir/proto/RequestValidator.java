package dev.weir.proto;

import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.Message;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks all of a request that can be checked without a model: what is there, and ranges. Each
 * error names the field as it is written in JSON and says what would be right. Safe for use by any
 * thread.
 */
public final class RequestValidator {
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");
  // Part of a topic's name, which has at most 249 characters; the rest is for prefix and shard.
  private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9._-]{1,180}");
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  // It is part of what is hashed for every prompt; a UUID or a digest has room several times.
  private static final int LONGEST_CACHE_SALT = 256;

  private final RequestLimits limits;

  public RequestValidator() {
    this(RequestLimits.DEFAULT);
  }

  public RequestValidator(RequestLimits limits) {
    this.limits = limits;
  }

  /**
   * @throws InvalidRequestException for the first field that is wrong
   */
  public void validate(GenerationRequest request) {
    checkNames(request);
    FieldPath source = checkSource(request);
    int bytes = request.getSerializedSize();
    if (bytes > limits.maxRequestBytes()) {
      throw new InvalidRequestException(
          source.toString(),
          ErrorCodes.REQUEST_TOO_LARGE,
          413,
          "%s: the request has %,d bytes, at most %,d are possible; shorten it"
              .formatted(source, bytes, limits.maxRequestBytes()));
    }
    checkMessages(request);
    for (int i = 0; i < request.getPromptTokenIdsCount(); i++) {
      if (request.getPromptTokenIds(i) < 0) {
        throw source.element(i).wrongValue("must be a token id, 0 or more");
      }
    }
    if (!request.getChatTemplateKwargs().isEmpty()
        && RequestJson.parsedTemplateVariables(request) == null) {
      throw field("chat_template_kwargs").wrongType("must be a JSON object");
    }
    checkCacheSalt(request);
    if (request.hasImage()) {
      ImageValidator.validate(request.getImage());
    }
    SamplingValidator.validate(request.getSampling());
  }

  private static void checkNames(GenerationRequest request) {
    if (!request.getId().isEmpty() && !ID.matcher(request.getId()).matches()) {
      throw field("id").wrongValue("must be 1 to 128 letters, digits or . _ : -");
    }
    String model = request.getModel();
    if (model.isEmpty()) {
      throw field("model")
          .error(ErrorCodes.MISSING_REQUIRED_PARAMETER, "is missing; name a model that is served");
    }
    if (!MODEL.matcher(model).matches() || model.equals(".") || model.equals("..")) {
      throw field("model")
          .wrongValue("must be 1 to 180 letters, digits, dots, underscores or hyphens");
    }
  }

  /**
   * The one of prompt, prompt_token_ids and messages that is there; of pictures a prompt, or none.
   */
  private static FieldPath checkSource(GenerationRequest request) {
    if (request.hasImage()) {
      if (request.getMessagesCount() > 0 || request.getPromptTokenIdsCount() > 0) {
        throw field(request.getMessagesCount() > 0 ? "messages" : "prompt_token_ids")
            .wrongValue("a model that draws takes a prompt; say it in prompt, or leave out image");
      }
      return field(request.getImage().getSourcesCount() > 0 ? "image" : "prompt");
    }
    boolean hasIds = request.getPromptTokenIdsCount() > 0;
    boolean hasMessages = request.getMessagesCount() > 0;
    int sources = (request.hasPrompt() ? 1 : 0) + (hasIds ? 1 : 0) + (hasMessages ? 1 : 0);
    if (sources == 0) {
      throw field("prompt")
          .error(ErrorCodes.MISSING_REQUIRED_PARAMETER, "is missing; give prompt or messages");
    }
    if (sources > 1) {
      throw field(request.hasPrompt() ? "prompt" : "prompt_token_ids")
          .wrongValue("give only one of prompt, prompt_token_ids and messages");
    }
    if (request.hasPrompt() && request.getPrompt().isEmpty()) {
      throw field("prompt").wrongValue("must not be empty");
    }
    return field(request.hasPrompt() ? "prompt" : hasIds ? "prompt_token_ids" : "messages");
  }

  private static void checkMessages(GenerationRequest request) {
    FieldPath messages = field("messages");
    for (int i = 0; i < request.getMessagesCount(); i++) {
      Message message = request.getMessages(i);
      FieldPath role = messages.element(i).field("role");
      if (message.getRole().isEmpty()) {
        throw role.error(
            ErrorCodes.MISSING_REQUIRED_PARAMETER,
            "is missing; say system, developer, user, assistant or tool");
      }
      if (!ROLES.contains(message.getRole())) {
        throw role.wrongValue("must be system, developer, user, assistant or tool");
      }
    }
  }

  private static void checkCacheSalt(GenerationRequest request) {
    String salt = request.getCacheSalt();
    int characters = salt.codePointCount(0, salt.length());
    if (request.hasCacheSalt() && (characters < 1 || characters > LONGEST_CACHE_SALT)) {
      throw field("cache_salt").wrongValue("must have 1 to " + LONGEST_CACHE_SALT + " characters");
    }
  }

  private static FieldPath field(String name) {
    return FieldPath.ROOT.field(name);
  }
}
