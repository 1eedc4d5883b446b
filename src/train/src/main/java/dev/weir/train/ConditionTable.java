package dev.weir.train;

import java.util.ArrayList;
import java.util.List;

/**
 * The table in which each value of each attribute of a caption has a row, the attributes one after
 * the other; behind the values of each a further row says that the caption leaves it out.
 *
 * @param attributeValues how many values each attribute has
 */
public record ConditionTable(List<Integer> attributeValues) {
  public ConditionTable {
    attributeValues = List.copyOf(attributeValues);
  }

  /** For each attribute the row of its value 0. */
  public List<Integer> firstRows() {
    List<Integer> rows = new ArrayList<>();
    int next = 0;
    for (int values : attributeValues) {
      rows.add(next);
      next += values + 1;
    }
    return rows;
  }

  /** Rows of the table. */
  public int rows() {
    return attributeValues.stream().mapToInt(values -> values + 1).sum();
  }
}
