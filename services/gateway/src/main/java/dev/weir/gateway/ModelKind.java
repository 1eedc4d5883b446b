package dev.weir.gateway;

import dev.weir.proto.v1.ModelCard;

/** What a model answers with, as its cards tell. */
enum ModelKind {
  TEXT("writes text", "ask it at /v1/chat/completions or /v1/completions"),
  IMAGE("draws pictures", "ask it at /v1/images/generations");

  private final String does;
  private final String route;

  ModelKind(String does, String route) {
    this.does = does;
    this.route = route;
  }

  /** Cards of workers that are older than kinds are of models of text. */
  static ModelKind of(ModelCard card) {
    return card.getKind().equals("image") ? IMAGE : TEXT;
  }

  /** What such a model does. */
  String does() {
    return does;
  }

  /** Where it is asked. */
  String route() {
    return route;
  }
}
