package dev.weir.text.template;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The items that pass a test, which is asked as late as possible. */
final class FilteredIterator implements Iterator<Value> {
  private final Iterator<Value> items;
  private final Predicate<Value> test;
  private @Nullable Value next;

  FilteredIterator(Iterator<Value> items, Predicate<Value> test) {
    this.items = items;
    this.test = test;
  }

  @Override
  public boolean hasNext() {
    while (next == null && items.hasNext()) {
      Value item = items.next();
      if (test.test(item)) {
        next = item;
      }
    }
    return next != null;
  }

  @Override
  public Value next() {
    Value result = hasNext() ? next : null;
    if (result == null) {
      throw new NoSuchElementException();
    }
    next = null;
    return result;
  }
}
