package dev.weir.text.template;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Executes the statements of a template. */
final class Renderer {
  /** How a list of statements ended. */
  private enum Ending {
    NORMAL,
    BREAK,
    CONTINUE
  }

  private final Scopes scopes;
  private final Rendering rendering;
  private final Evaluator evaluator;
  private final Frame root;

  Renderer(Scopes scopes, Rendering rendering) {
    this.scopes = scopes;
    this.rendering = rendering;
    this.evaluator = new Evaluator(rendering);
    this.root = Frame.enter(scopes.root(), null, rendering);
  }

  String render(List<Statement> template) {
    return rendered(template, root);
  }

  private String rendered(List<Statement> body, Frame frame) {
    TextBuilder text = new TextBuilder(rendering);
    execute(body, frame, text);
    return text.toString();
  }

  private Ending execute(List<Statement> body, Frame frame, TextBuilder output) {
    rendering.enter();
    Ending ending = Ending.NORMAL;
    for (Statement statement : body) {
      try {
        ending = execute(statement, frame, output);
      } catch (ChatTemplateException e) {
        throw e.at(statement.line());
      }
      if (ending != Ending.NORMAL) {
        break;
      }
    }
    rendering.leave();
    return ending;
  }

  private Ending execute(Statement statement, Frame frame, TextBuilder output) {
    switch (statement) {
      case Statement.Text text -> output.append(text.text());
      case Statement.Print print ->
          output.append(PythonText.str(rendering, evaluator.evaluate(print.value(), frame)));
      case Statement.If choice -> {
        return choose(choice, frame, output);
      }
      case Statement.For loop -> {
        return loop(loop, frame, output);
      }
      case Statement.Break _ -> {
        return Ending.BREAK;
      }
      case Statement.Continue _ -> {
        return Ending.CONTINUE;
      }
      case Statement.Assign assign -> assign(assign, frame);
      case Statement.AssignBlock assign -> {
        Frame inside = Frame.enter(scopes.body(assign), frame, rendering);
        return assignBlock(assign, frame, inside);
      }
      case Statement.Macro macro -> set(macro.name(), macro(macro, frame), frame);
      case Statement.CallBlock block -> output.append(callBlock(block, frame));
      case Statement.FilterBlock block -> {
        Frame inside = Frame.enter(scopes.body(block), frame, rendering);
        TextBuilder text = new TextBuilder(rendering);
        Ending ending = execute(block.body(), inside, text);
        if (ending != Ending.NORMAL) {
          return ending;
        }
        inside.capture(new Value.Str(text.toString()));
        output.append(PythonText.str(rendering, evaluator.evaluate(block.filter(), inside)));
      }
      case Statement.With with -> {
        return with(with, frame, output);
      }
      case Statement.Generation generation ->
          execute(
              generation.body(), Frame.enter(scopes.body(generation), frame, rendering), output);
      case Statement.Block block ->
          execute(block.body(), Frame.enter(scopes.body(block), null, rendering), output);
    }
    return Ending.NORMAL;
  }

  private Ending choose(Statement.If choice, Frame frame, TextBuilder output) {
    for (Statement.Branch branch : choice.branches()) {
      if (evaluator.isTrue(branch.test(), frame)) {
        return execute(branch.body(), frame, output);
      }
    }
    return execute(choice.otherwise(), frame, output);
  }

  private Ending loop(Statement.For loop, Frame frame, TextBuilder output) {
    Value iterable = evaluator.evaluate(loop.iterable(), frame);
    return loop(loop, iterable, frame, output, 0);
  }

  private Ending loop(
      Statement.For loop, Value iterable, Frame frame, TextBuilder output, int depth) {
    Iterator<Value> items = Iteration.of(rendering, iterable);
    OptionalInt size = Iteration.size(iterable);
    Expression test = loop.test();
    if (test != null) {
      Frame inside = Frame.enter(scopes.loop(loop).test(), frame, rendering);
      size = OptionalInt.empty();
      items =
          new FilteredIterator(
              items,
              item -> {
                bind(loop.target(), item, inside);
                return evaluator.isTrue(test, inside);
              });
    }
    LoopContext.Recursion recursion =
        loop.recursive() ? (inner, level) -> recurse(loop, inner, frame, level) : null;
    LoopContext context = new LoopContext(rendering, items, size, recursion, depth);
    boolean entered = false;
    while (context.hasNext()) {
      Value item = context.next();
      rendering.spendIteration();
      entered = true;
      Frame inside = Frame.enter(scopes.body(loop), frame, rendering);
      inside.set("loop", context);
      bind(loop.target(), item, inside);
      if (execute(loop.body(), inside, output) == Ending.BREAK) {
        break;
      }
    }
    if (entered) {
      return Ending.NORMAL;
    }
    Frame inside = Frame.enter(scopes.loop(loop).otherwise(), frame, rendering);
    return execute(loop.otherwise(), inside, output);
  }

  private Value recurse(Statement.For loop, Value items, Frame frame, int depth) {
    TextBuilder text = new TextBuilder(rendering);
    loop(loop, items, frame, text, depth);
    return new Value.Str(text.toString());
  }

  private void assign(Statement.Assign assign, Frame frame) {
    requireNamespaces(assign.target(), frame);
    store(assign.target(), evaluator.evaluate(assign.value(), frame), frame);
  }

  private Ending assignBlock(Statement.AssignBlock assign, Frame frame, Frame inside) {
    TextBuilder text = new TextBuilder(rendering);
    Ending ending = execute(assign.body(), inside, text);
    if (ending == Ending.NORMAL) {
      inside.capture(new Value.Str(text.toString()));
      Value value = evaluator.evaluate(assign.filter(), inside);
      requireNamespaces(assign.target(), frame);
      store(assign.target(), value, frame);
    }
    return ending;
  }

  private static void requireNamespaces(Target target, Frame frame) {
    switch (target) {
      case Target.Variable _ -> {}
      case Target.NamespaceAttribute attribute -> namespace(attribute, frame);
      case Target.Unpacked unpacked ->
          unpacked.targets().forEach(each -> requireNamespaces(each, frame));
    }
  }

  private static Namespace namespace(Target.NamespaceAttribute target, Frame frame) {
    if (frame.get(target.namespace()) instanceof Namespace namespace) {
      return namespace;
    }
    throw new ChatTemplateException("cannot assign attribute on non-namespace object");
  }

  /** Assigns a statement's target. */
  private void store(Target target, Value value, Frame frame) {
    switch (target) {
      case Target.Variable variable -> set(variable.name(), value, frame);
      case Target.NamespaceAttribute attribute ->
          namespace(attribute, frame).set(attribute.attribute(), value);
      case Target.Unpacked unpacked -> {
        List<Value> values = Unpacking.of(rendering, value, unpacked.targets().size());
        for (int i = 0; i < values.size(); i++) {
          store(unpacked.targets().get(i), values.get(i), frame);
        }
      }
    }
  }

  private void set(String name, Value value, Frame frame) {
    frame.set(name, value);
    if (frame == root) {
      rendering.export(name, value);
    }
  }

  /** Sets the variables of a loop or {@code with}. */
  private void bind(Target target, Value value, Frame frame) {
    store(target, value, frame);
  }

  private Ending with(Statement.With with, Frame frame, TextBuilder output) {
    Frame inside = Frame.enter(scopes.body(with), frame, rendering);
    for (Statement.Assignment assignment : with.assignments()) {
      bind(assignment.target(), evaluator.evaluate(assignment.value(), frame), inside);
    }
    return execute(with.body(), inside, output);
  }

  private Macro macro(Statement.Macro macro, Frame frame) {
    return new Macro(
        macro.name(),
        macro.parameters(),
        scopes.body(macro),
        arguments ->
            function(scopes.body(macro), macro.parameters(), macro.body(), arguments, frame));
  }

  private String callBlock(Statement.CallBlock block, Frame frame) {
    Macro caller =
        new Macro(
            "",
            block.parameters(),
            scopes.body(block),
            arguments ->
                function(scopes.body(block), block.parameters(), block.body(), arguments, frame));
    return PythonText.str(rendering, evaluator.call(block.call(), frame, caller));
  }

  private Value function(
      Scope scope,
      List<Statement.Parameter> parameters,
      List<Statement> body,
      Map<String, Value> arguments,
      Frame around) {
    Frame frame = Frame.enter(scope, around, rendering);
    arguments.forEach(frame::set);
    for (Statement.Parameter parameter : parameters) {
      if (!frame.isSet(parameter.name())) {
        frame.set(parameter.name(), defaultValue(parameter, frame));
      }
    }
    return new Value.Str(rendered(body, frame));
  }

  private Value defaultValue(Statement.Parameter parameter, Frame frame) {
    @Nullable Expression expression = parameter.defaultValue();
    return expression == null
        ? Undefined.because(
            "parameter " + PythonText.quoted(parameter.name()) + " was not provided")
        : evaluator.evaluate(expression, frame);
  }
}
