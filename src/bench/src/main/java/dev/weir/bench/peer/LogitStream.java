package dev.weir.bench.peer;

import java.io.BufferedInputStream;
import java.io.BufferedWriter;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Rows of logits as a peer writes them: the size of the vocabulary as int32, then that many float32
 * for every token of every window, in the machine's byte order.
 */
public final class LogitStream implements AutoCloseable {
  private static final int BUFFER = 1 << 20;

  private final Program program;
  private final DataInputStream in;
  private final ByteBuffer row;

  private LogitStream(Program program, DataInputStream in, ByteBuffer row) {
    this.program = program;
    this.in = in;
    this.row = row;
  }

  /** Starts a program that reads windows, one a line, and writes their logits. */
  static LogitStream of(List<String> command, List<int[]> windows) {
    Program program = Program.start(command);
    try {
      try (BufferedWriter out = program.process().outputWriter(StandardCharsets.UTF_8)) {
        for (int[] window : windows) {
          out.write(
              Arrays.stream(window).mapToObj(String::valueOf).collect(Collectors.joining(" ")));
          out.newLine();
        }
      }
      DataInputStream in = new DataInputStream(new BufferedInputStream(program.output(), BUFFER));
      byte[] size = in.readNBytes(Integer.BYTES);
      if (size.length < Integer.BYTES) {
        throw program.failure("wrote no logits");
      }
      int vocabulary = ByteBuffer.wrap(size).order(ByteOrder.nativeOrder()).getInt();
      return new LogitStream(
          program,
          in,
          ByteBuffer.allocate(Math.multiplyExact(vocabulary, Float.BYTES))
              .order(ByteOrder.nativeOrder()));
    } catch (IOException e) {
      PeerException failure = program.failure("is gone");
      failure.addSuppressed(e);
      program.close();
      throw failure;
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  public int vocabulary() {
    return row.capacity() / Float.BYTES;
  }

  /**
   * Reads the next row.
   *
   * @param into [vocabulary]
   */
  public void next(float[] into) {
    try {
      in.readFully(row.array());
      row.asFloatBuffer().get(into);
    } catch (EOFException e) {
      throw program.failure("wrote fewer logits than it was asked for");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
