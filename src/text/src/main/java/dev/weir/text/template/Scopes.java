package dev.weir.text.template;

import java.util.Map;
import java.util.Objects;

/**
 * The scopes of a template.
 *
 * @param root of the whole template
 * @param bodies of each statement that opens one for its body, by identity
 * @param loops further ones of each loop, by identity
 */
record Scopes(Scope root, Map<Statement, Scope> bodies, Map<Statement.For, OfLoop> loops) {

  /** The scopes of a loop beside its body's: of its filter and of its {@code else}. */
  record OfLoop(Scope test, Scope otherwise) {}

  Scope body(Statement statement) {
    return Objects.requireNonNull(bodies.get(statement));
  }

  OfLoop loop(Statement.For loop) {
    return Objects.requireNonNull(loops.get(loop));
  }
}
