package dev.weir.text.template;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names of a scope while it is being read, from top to bottom. */
final class Symbols {
  private final @Nullable Symbols parent;
  private final Map<String, Scope.Load> names;
  private final Set<String> stores;

  Symbols(@Nullable Symbols parent) {
    this(parent, new LinkedHashMap<>(), new HashSet<>());
  }

  private Symbols(@Nullable Symbols parent, Map<String, Scope.Load> names, Set<String> stores) {
    this.parent = parent;
    this.names = names;
    this.stores = stores;
  }

  /** For one branch of an {@code if}. */
  Symbols branch() {
    return new Symbols(parent, new LinkedHashMap<>(names), new HashSet<>(stores));
  }

  void parameter(String name) {
    stores.add(name);
    names.put(name, Scope.Load.PARAMETER);
  }

  void load(String name) {
    if (!isKnown(name)) {
      names.put(name, Scope.Load.RESOLVE);
    }
  }

  void store(String name) {
    stores.add(name);
    if (!names.containsKey(name)) {
      names.put(name, isKnownAround(name) ? Scope.Load.ALIAS : Scope.Load.UNDEFINED);
    }
  }

  /**
   * Takes in the branches of an {@code if}: what only some of them set has its old value in others.
   */
  void merge(List<Symbols> branches) {
    Set<String> stored = new HashSet<>();
    for (Symbols branch : branches) {
      stored.addAll(branch.stores);
    }
    stored.removeAll(stores);
    for (Symbols branch : branches) {
      names.putAll(branch.names);
      stores.addAll(branch.stores);
    }
    for (String name : stored) {
      names.put(name, isKnownAround(name) ? Scope.Load.ALIAS : Scope.Load.RESOLVE);
    }
  }

  Scope scope() {
    return Scope.of(names);
  }

  private boolean isKnown(String name) {
    return names.containsKey(name) || isKnownAround(name);
  }

  private boolean isKnownAround(String name) {
    for (Symbols around = parent; around != null; around = around.parent) {
      if (around.names.containsKey(name)) {
        return true;
      }
    }
    return false;
  }
}
