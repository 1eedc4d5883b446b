package dev.weir.text.template;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the scope of every name. {@code for}, {@code macro}, {@code call}, {@code filter}, {@code
 * with}, block {@code set}, {@code generation} and {@code block} open scopes; {@code if} does not.
 */
final class ScopeAnalysis {
  private final Map<Statement, Scope> bodies = new IdentityHashMap<>();
  private final Map<Statement.For, Scopes.OfLoop> loops = new IdentityHashMap<>();

  private ScopeAnalysis() {}

  static Scopes analyze(List<Statement> template) {
    ScopeAnalysis analysis = new ScopeAnalysis();
    Symbols root = new Symbols(null);
    analysis.readWhole(template, root);
    return new Scopes(root.scope(), analysis.bodies, analysis.loops);
  }

  /**
   * Reads a scope, then the scopes inside it, which need to know all of its names.
   *
   * @return the scope, of which {@code symbols} now knows all names
   */
  private Scope readWhole(List<Statement> body, Symbols symbols) {
    List<Statement> inner = new ArrayList<>();
    readAll(body, symbols, inner);
    inner.forEach(statement -> open(statement, symbols));
    return symbols.scope();
  }

  private void readAll(List<Statement> body, Symbols symbols, List<Statement> inner) {
    for (Statement statement : body) {
      read(statement, symbols, inner);
    }
  }

  private void read(Statement statement, Symbols symbols, List<Statement> inner) {
    switch (statement) {
      case Statement.Text _, Statement.Break _, Statement.Continue _ -> {}
      case Statement.Print print -> load(print.value(), symbols);
      case Statement.If choice -> readIf(choice, symbols, inner);
      case Statement.For loop -> {
        load(loop.iterable(), symbols);
        inner.add(loop);
      }
      case Statement.Assign assign -> {
        load(assign.value(), symbols);
        store(assign.target(), symbols);
      }
      case Statement.AssignBlock assign -> {
        store(assign.target(), symbols);
        inner.add(assign);
      }
      case Statement.Macro macro -> {
        symbols.store(macro.name());
        inner.add(macro);
      }
      case Statement.CallBlock block -> {
        load(block.call(), symbols);
        inner.add(block);
      }
      case Statement.FilterBlock block -> {
        load(block.filter(), symbols);
        inner.add(block);
      }
      case Statement.With with -> {
        with.assignments().forEach(assignment -> load(assignment.value(), symbols));
        inner.add(with);
      }
      case Statement.Generation generation -> inner.add(generation);
      case Statement.Block block -> inner.add(block);
    }
  }

  /** Each {@code elif} is an {@code if} in a branch of its own, as is what follows {@code else}. */
  private void readIf(Statement.If choice, Symbols symbols, List<Statement> inner) {
    load(choice.branches().getFirst().test(), symbols);
    List<Symbols> branches = new ArrayList<>();
    Symbols body = symbols.branch();
    readAll(choice.branches().getFirst().body(), body, inner);
    branches.add(body);
    Symbols elseIfs = symbols.branch();
    for (Statement.Branch branch : choice.branches().subList(1, choice.branches().size())) {
      load(branch.test(), elseIfs);
      Symbols elseIf = elseIfs.branch();
      readAll(branch.body(), elseIf, inner);
      elseIfs.merge(List.of(elseIf));
    }
    branches.add(elseIfs);
    Symbols otherwise = symbols.branch();
    readAll(choice.otherwise(), otherwise, inner);
    branches.add(otherwise);
    symbols.merge(branches);
  }

  private void open(Statement statement, Symbols around) {
    switch (statement) {
      case Statement.For loop -> openLoop(loop, around);
      case Statement.AssignBlock assign -> {
        Symbols symbols = new Symbols(around);
        load(assign.filter(), symbols);
        bodies.put(assign, readWhole(assign.body(), symbols));
      }
      case Statement.Macro macro -> {
        requireDefaultOfCaller(macro.parameters(), macro.body(), macro.line());
        bodies.put(macro, function(macro.parameters(), macro.body(), around));
      }
      case Statement.CallBlock block -> {
        requireDefaultOfCaller(block.parameters(), block.body(), block.line());
        bodies.put(block, function(block.parameters(), block.body(), around));
      }
      case Statement.Generation generation ->
          bodies.put(generation, readWhole(generation.body(), new Symbols(around)));
      case Statement.FilterBlock block -> {
        Symbols symbols = new Symbols(around);
        load(block.filter(), symbols);
        bodies.put(block, readWhole(block.body(), symbols));
      }
      case Statement.With with -> {
        Symbols symbols = new Symbols(around);
        with.assignments().forEach(assignment -> parameters(assignment.target(), symbols));
        bodies.put(with, readWhole(with.body(), symbols));
      }
      // A block does not see what is around it, only what the template's top level has exported.
      case Statement.Block block -> bodies.put(block, readWhole(block.body(), new Symbols(null)));
      case Statement.Text _,
          Statement.Print _,
          Statement.If _,
          Statement.Assign _,
          Statement.Break _,
          Statement.Continue _ ->
          throw new AssertionError("opens no scope: " + statement);
    }
  }

  private void openLoop(Statement.For loop, Symbols around) {
    Symbols body = new Symbols(around);
    parameters(loop.target(), body);
    body.parameter("loop");
    bodies.put(loop, readWhole(loop.body(), body));
    Symbols test = new Symbols(around);
    parameters(loop.target(), test);
    if (loop.test() != null) {
      load(loop.test(), test);
    }
    Scope otherwise = readWhole(loop.otherwise(), new Symbols(around));
    loops.put(loop, new Scopes.OfLoop(test.scope(), otherwise));
  }

  private static void requireDefaultOfCaller(
      List<Statement.Parameter> parameters, List<Statement> body, int line) {
    boolean without =
        parameters.stream()
            .anyMatch(each -> each.name().equals("caller") && each.defaultValue() == null);
    if (without && Walk.mentions(body, "caller")) {
      throw ChatTemplateException.syntax(
          "When defining macros or call blocks the special \"caller\" argument must be omitted or"
              + " be given a default.",
          line);
    }
  }

  private Scope function(
      List<Statement.Parameter> parameters, List<Statement> body, Symbols around) {
    Symbols symbols = new Symbols(around);
    parameters.forEach(parameter -> symbols.parameter(parameter.name()));
    for (Statement.Parameter parameter : parameters) {
      load(parameter.defaultValue(), symbols);
    }
    for (String implied : Macro.IMPLIED_PARAMETERS) {
      if (Walk.mentions(body, implied)) {
        symbols.parameter(implied);
      }
    }
    return readWhole(body, symbols);
  }

  private static void load(@Nullable Expression expression, Symbols symbols) {
    if (expression != null) {
      Walk.names(expression, symbols::load);
    }
  }

  private static void store(Target target, Symbols symbols) {
    switch (target) {
      case Target.Variable variable -> symbols.store(variable.name());
      case Target.NamespaceAttribute attribute -> symbols.load(attribute.namespace());
      case Target.Unpacked unpacked -> unpacked.targets().forEach(each -> store(each, symbols));
    }
  }

  private static void parameters(Target target, Symbols symbols) {
    switch (target) {
      case Target.Variable variable -> symbols.parameter(variable.name());
      case Target.NamespaceAttribute attribute -> symbols.load(attribute.namespace());
      case Target.Unpacked unpacked ->
          unpacked.targets().forEach(each -> parameters(each, symbols));
    }
  }
}
