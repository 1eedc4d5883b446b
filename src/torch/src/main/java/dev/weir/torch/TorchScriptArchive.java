package dev.weir.torch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript archive: one module whose attributes are empty lists and whose methods are
 * given as source text.
 *
 * <p>The format is what {@code torch.jit.save} writes: an uncompressed zip with the source of the
 * classes, a pickle of the module object and a pickle of constants. The module itself fills its
 * lists by its methods after it was loaded, so no tensor has to be in the archive.
 */
final class TorchScriptArchive {
  /** Bytecode operators follow the semantics of this version; 10 is what libtorch 2.x writes. */
  private static final String FILE_FORMAT_VERSION = "10\n";

  private TorchScriptArchive() {}

  /**
   * Writes an archive.
   *
   * @param className name of the module's class, without package
   * @param listAttributes type of the elements of each list attribute by its name, in the order of
   *     their declaration in the source
   * @param methods source of the methods, indented by two spaces
   */
  static byte[] write(String className, Map<String, String> listAttributes, String methods) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      stored(zip, "m/version", FILE_FORMAT_VERSION.getBytes(UTF_8));
      stored(zip, "m/data.pkl", module(className, listAttributes));
      stored(
          zip, "m/code/__torch__.py", source(className, listAttributes, methods).getBytes(UTF_8));
      stored(zip, "m/constants.pkl", new Pickle().emptyTuple().stop());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a stream in memory does not fail
    }
    return bytes.toByteArray();
  }

  private static String source(
      String className, Map<String, String> listAttributes, String methods) {
    StringBuilder text = new StringBuilder();
    text.append("class ").append(className).append("(Module):\n");
    text.append("  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
    listAttributes.forEach((name, type) ->
        text.append("  ").append(name).append(" : List[").append(type).append("]\n"));
    return text.append(methods).toString();
  }

  private static byte[] module(String className, Map<String, String> listAttributes) {
    Pickle pickle = new Pickle().global("__torch__", className).emptyTuple().newObject();
    pickle.emptyDictionary().mark();
    pickle.text("training").bool(false);
    listAttributes.forEach((name, type) ->
        pickle
            .text(name)
            .global("torch.jit._pickle", "restore_type_tag")
            .emptyList()
            .text("List[" + type + "]")
            .tuple2()
            .reduce());
    return pickle.setItems().build().stop();
  }

  private static void stored(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** The opcodes of Python's pickle protocol 2 that a module object needs. */
  private static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle() {
      out.write(0x80);
      out.write(2);
    }

    Pickle global(String module, String name) {
      return opcode('c').line(module).line(name);
    }

    Pickle text(String value) {
      byte[] bytes = value.getBytes(UTF_8);
      opcode('X');
      for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
        out.write(bytes.length >>> shift);
      }
      out.writeBytes(bytes);
      return this;
    }

    Pickle bool(boolean value) {
      return opcode(value ? 0x88 : 0x89);
    }

    Pickle emptyTuple() {
      return opcode(')');
    }

    Pickle emptyList() {
      return opcode(']');
    }

    Pickle emptyDictionary() {
      return opcode('}');
    }

    Pickle mark() {
      return opcode('(');
    }

    Pickle setItems() {
      return opcode('u');
    }

    Pickle newObject() {
      return opcode(0x81);
    }

    Pickle tuple2() {
      return opcode(0x86);
    }

    Pickle reduce() {
      return opcode('R');
    }

    Pickle build() {
      return opcode('b');
    }

    byte[] stop() {
      opcode('.');
      return out.toByteArray();
    }

    private Pickle opcode(int code) {
      out.write(code);
      return this;
    }

    private Pickle line(String value) {
      out.writeBytes((value + "\n").getBytes(UTF_8));
      return this;
    }
  }
}
