package dev.weir.image.portrait;

import dev.weir.image.Palette;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * What portraits are drawn from: DiceBear's "pixel-art" (CC0 1.0), its parts as layers of pixels.
 * {@code src/train/portraits/export-layers.mjs} writes it and describes the format.
 */
public final class PortraitDesign {
  /** Pixels of a side. */
  public static final int SIDE = 16;

  static final int NONE = 255;
  private static final String FORMAT = "weir-portraits-2";
  private static final PortraitDesign BUILT_IN = load("portraits.bin.gz");

  private final Palette palette;
  private final List<Attribute> attributes;
  private final List<Part> parts;
  private final int[] partOf;

  /**
   * A part in drawing order.
   *
   * @param variant its attribute, or {@link #NONE} for the only shape
   * @param colour the attribute of its colour
   * @param masked whether it is laid as resvg lays what it masks
   * @param layers of each variant and each colour of it, absence left out
   */
  record Part(int variant, int colour, boolean masked, List<List<Layer>> layers) {}

  /**
   * Pixels that a part lays over the picture, in this order.
   *
   * @param places row by row, some more than once: [pixels]
   * @param pixels premultiplied 0xrrggbbaa: [pixels]
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never given away
  record Layer(int[] places, int[] pixels) {}

  private PortraitDesign(Palette palette, List<Attribute> attributes, List<Part> parts) {
    this.palette = palette;
    this.attributes = List.copyOf(attributes);
    this.parts = List.copyOf(parts);
    this.partOf = new int[attributes.size()];
    for (int i = 0; i < partOf.length; i++) {
      partOf[i] = partOf(attributes.get(i).name(), i);
    }
  }

  private int partOf(String name, int self) {
    String part = name.endsWith("Color") ? name.substring(0, name.length() - 5) : name;
    for (int i = 0; i < attributes.size(); i++) {
      if (attributes.get(i).name().equals(part)) {
        return i;
      }
    }
    return self; // a colour of what is always there
  }

  /** The design of the built-in models. */
  public static PortraitDesign builtIn() {
    return BUILT_IN;
  }

  private static PortraitDesign load(String name) {
    try (InputStream file = PortraitDesign.class.getResourceAsStream(name)) {
      if (file == null) {
        throw new IllegalStateException(name + " is not in this build");
      }
      try (DataInputStream in = new DataInputStream(new GZIPInputStream(file))) {
        return read(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read", e);
    }
  }

  private static PortraitDesign read(DataInputStream in) throws IOException {
    if (!in.readUTF().equals(FORMAT)) {
      throw new IOException("it is no " + FORMAT);
    }
    int[] colours = new int[256];
    for (int i = 0; i < colours.length; i++) {
      colours[i] = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    }
    List<Attribute> attributes = new ArrayList<>();
    for (int left = in.readUnsignedByte(); left > 0; left--) {
      String name = in.readUTF();
      int flags = in.readUnsignedByte();
      List<String> values = new ArrayList<>();
      for (int i = in.readUnsignedByte(); i > 0; i--) {
        values.add(in.readUTF());
      }
      attributes.add(new Attribute(name, (flags & 1) != 0, (flags & 2) != 0, values));
    }
    List<Part> parts = new ArrayList<>();
    for (int left = in.readUnsignedByte(); left > 0; left--) {
      parts.add(part(in, attributes));
    }
    return new PortraitDesign(new Palette(colours), attributes, parts);
  }

  private static Part part(DataInputStream in, List<Attribute> attributes) throws IOException {
    int variant = in.readUnsignedByte();
    int colour = in.readUnsignedByte();
    boolean masked = in.readUnsignedByte() != 0;
    int variants = variant == NONE ? 1 : attributes.get(variant).choices();
    List<List<Layer>> layers = new ArrayList<>();
    for (int v = 0; v < variants; v++) {
      List<Layer> colours = new ArrayList<>();
      for (int c = attributes.get(colour).choices(); c > 0; c--) {
        colours.add(layer(in));
      }
      layers.add(List.copyOf(colours));
    }
    return new Part(variant, colour, masked, List.copyOf(layers));
  }

  private static Layer layer(DataInputStream in) throws IOException {
    int count = in.readUnsignedShort();
    int[] places = new int[count];
    int[] pixels = new int[count];
    for (int i = 0; i < count; i++) {
      places[i] = in.readUnsignedByte();
      pixels[i] = in.readInt();
    }
    return new Layer(places, pixels);
  }

  public Palette palette() {
    return palette;
  }

  /** In the order of a portrait's values. */
  public List<Attribute> attributes() {
    return attributes;
  }

  /**
   * The place of an attribute.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public int attribute(String name) {
    for (int i = 0; i < attributes.size(); i++) {
      if (attributes.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException("no attribute is named " + name);
  }

  /** The attribute of the part that a colour is of; itself for any other. */
  public int partOf(int attribute) {
    return partOf[attribute];
  }

  List<Part> parts() {
    return parts;
  }
}
