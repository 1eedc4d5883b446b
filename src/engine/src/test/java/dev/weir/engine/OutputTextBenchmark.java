package dev.weir.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From a token to the text that it releases: detokenising, and looking for stop strings. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OutputTextBenchmark {
  private static final int TOKENS = 256;

  private static final byte[][] PIECES = {
    " the".getBytes(UTF_8),
    " river".getBytes(UTF_8),
    "ing".getBytes(UTF_8),
    ",\n".getBytes(UTF_8),
    // one character in two tokens
    new byte[] {(byte) 0xf0, (byte) 0x9f},
    new byte[] {(byte) 0x8c, (byte) 0x8a},
    " Us".getBytes(UTF_8),
    "e".getBytes(UTF_8)
  };

  @Param({"0", "4", "64"})
  int stops;

  private SamplingParameters parameters = SamplingParameters.builder(2 * TOKENS).build();

  @Setup
  public void stopStrings() {
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < stops; i++) {
      // Their first characters come again and again, the whole never does.
      strings.add((i % 2 == 0 ? "\nUser " : "the river ") + i);
    }
    parameters = SamplingParameters.builder(2 * TOKENS).stop(strings).build();
  }

  /** Detokenising alone. */
  @Benchmark
  @OperationsPerInvocation(TOKENS)
  public int detokenize() {
    Detokenizer detokenizer = new Detokenizer(id -> PIECES[id], false);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < TOKENS; i++) {
      detokenizer.append(i % PIECES.length, text);
    }
    return text.length();
  }

  /** Both, as the engine does it. */
  @Benchmark
  @OperationsPerInvocation(TOKENS)
  public int append() {
    OutputText output = new OutputText(id -> PIECES[id], false, parameters, 2 * TOKENS);
    int characters = 0;
    for (int i = 0; i < TOKENS; i++) {
      characters += output.append(i % PIECES.length).length();
    }
    return characters;
  }
}
