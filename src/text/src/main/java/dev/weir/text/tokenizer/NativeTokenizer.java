package dev.weir.text.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.weir.text.CheckpointException;
import dev.weir.text.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A tokenizer of the native library.
 *
 * <p>The library's own calls may run at the same time; the lock only keeps {@link #close} from
 * freeing what a call still uses.
 */
final class NativeTokenizer implements Tokenizer {
  private static final byte[] NONE = {};

  /** Half surrogate pairs, which have no UTF-8; the library would make three characters of one. */
  private static final Pattern UNPAIRED = Pattern.compile("\\p{Cs}");

  /** What encoding with special tokens puts around the text. */
  record Frame(boolean byLibrary, int[] before, int[] after) {
    /** What the tokenizer.json's post-processor says. */
    static final Frame BY_LIBRARY = new Frame(true, new int[0], new int[0]);
  }

  private final String source;
  private final HuggingFaceTokenizer library;
  private final byte[][] bytes;
  private final boolean stripsLeadingSpace;
  private final Frame frame;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  private NativeTokenizer(
      String source, HuggingFaceTokenizer library, TokenizerJson.Contents contents, Frame frame) {
    this.source = source;
    this.library = library;
    this.bytes = contents.decoder().bytes(contents.tokens());
    this.stripsLeadingSpace = contents.decoder().stripsLeadingSpace();
    this.frame = frame;
  }

  static Tokenizer open(byte[] json, String source, TokenizerJson.Contents contents, Frame frame) {
    HuggingFaceTokenizer library;
    try {
      library =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(json), Map.of("truncation", "false", "padding", "false"));
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(
          "%s: the tokenizers library refuses it: %s".formatted(source, e.getMessage()), e);
    }
    return new NativeTokenizer(source, library, contents, frame);
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    String valid = UNPAIRED.matcher(text).replaceAll("\uFFFD");
    long[] ids =
        call(() -> library.encode(valid, addSpecialTokens && frame.byLibrary(), false).getIds());
    int[] before = addSpecialTokens ? frame.before() : new int[0];
    int[] after = addSpecialTokens ? frame.after() : new int[0];
    int[] framed = new int[before.length + ids.length + after.length];
    System.arraycopy(before, 0, framed, 0, before.length);
    for (int i = 0; i < ids.length; i++) {
      framed[before.length + i] = (int) ids[i];
    }
    System.arraycopy(after, 0, framed, before.length + ids.length, after.length);
    return framed;
  }

  @Override
  public String decode(int[] ids, boolean withSpecialTokens) {
    long[] longs = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      longs[i] = Integer.toUnsignedLong(ids[i]);
    }
    return call(() -> library.decode(longs, !withSpecialTokens));
  }

  private <T> T call(Supplier<T> work) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the tokenizer of " + source + " is closed");
      }
      return work.get();
    } catch (IllegalStateException e) {
      throw e;
    } catch (RuntimeException e) { // all that the library's errors are
      throw new CheckpointException(
          "%s: the tokenizers library fails with it: %s".formatted(source, e.getMessage()), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public byte[] bytes(int id) {
    return id < 0 || id >= bytes.length ? NONE : bytes[id].clone();
  }

  @Override
  public boolean stripsLeadingSpace() {
    return stripsLeadingSpace;
  }

  @Override
  public int vocabulary() {
    return bytes.length;
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        library.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
