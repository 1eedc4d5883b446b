package dev.weir.text.template;

/** Text that is being put together, within the limits of its rendering. */
final class TextBuilder {
  private final Rendering rendering;
  private final StringBuilder text = new StringBuilder();

  TextBuilder(Rendering rendering) {
    this.rendering = rendering;
  }

  TextBuilder append(String part) {
    rendering.spendAppended(text.length(), part.length());
    text.append(part);
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
