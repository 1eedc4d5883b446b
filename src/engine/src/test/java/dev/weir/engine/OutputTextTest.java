package dev.weir.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class OutputTextTest {
  private static final int END = 99;

  /** Few characters, so that stop strings begin, fail and match all the time. */
  private static final List<byte[]> VOCABULARY =
      List.of(
          bytes("a"),
          bytes("b"),
          bytes("ab"),
          bytes("aab"),
          bytes("😀"),
          new byte[] {(byte) 0xF0, (byte) 0x9F},
          new byte[] {(byte) 0x98, (byte) 0x80},
          new byte[] {(byte) 0xC3},
          new byte[] {(byte) 0xA9, 'a'},
          bytes(" é"));

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] tokenBytes(int token) {
    return token == END ? new byte[0] : VOCABULARY.get(token);
  }

  private static OutputText output(SamplingParameters parameters) {
    return new OutputText(OutputTextTest::tokenBytes, false, parameters, parameters.maxTokens());
  }

  @Provide
  Arbitrary<List<Integer>> tokens() {
    return Arbitraries.integers().between(0, 9).list().ofMinSize(1).ofMaxSize(20);
  }

  @Provide
  Arbitrary<List<String>> stops() {
    Arbitrary<String> letters =
        Arbitraries.strings().withChars('a', 'b').ofMinLength(1).ofMaxLength(5);
    return Arbitraries.oneOf(
            letters, Arbitraries.of("é", "😀b", "😁", "\uFFFD", "a\uFFFD", "é a", "aabaab"))
        .list()
        .ofMaxSize(4);
  }

  /** The text released after k tokens, computed from the whole text of these k tokens. */
  @Property(tries = 2000)
  void whatIsReleasedIsAFunctionOfTheTokensSoFar(
      @ForAll("tokens") List<Integer> tokens, @ForAll("stops") List<String> stops) {
    OutputText output = output(SamplingParameters.builder(1000).stop(stops).build());
    StringBuilder released = new StringBuilder();
    for (int k = 1; k <= tokens.size(); k++) {
      released.append(output.append(tokens.get(k - 1)));
      String text = completeText(tokens.subList(0, k));
      Match match = firstMatch(text, stops);
      if (match != null) {
        assertThat(released).hasToString(text.substring(0, match.start));
        assertThat(output.finished()).isEqualTo(FinishReason.STOP);
        assertThat(output.stop()).isEqualTo(text.substring(match.start, match.end));
        return;
      }
      assertThat(output.finished()).isNull();
      assertThat(released).hasToString(text.substring(0, text.length() - beginning(text, stops)));
    }
    // an end without a token gives out the rest, up to a stop string that U+FFFD may complete
    released.append(output.release());
    String whole = wholeText(tokens);
    Match match = firstMatch(whole, stops);
    assertThat(released).hasToString(match == null ? whole : whole.substring(0, match.start));
  }

  private record Match(int start, int end) {}

  private static @Nullable Match firstMatch(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      for (int start = 0; start < end; start++) {
        if (stops.contains(text.substring(start, end))) {
          return new Match(start, end);
        }
      }
    }
    return null;
  }

  /** Length of the longest end of the text that a stop string begins with. */
  private static int beginning(String text, List<String> stops) {
    for (int start = 0; start < text.length(); start++) {
      String end = text.substring(start);
      if (stops.stream().anyMatch(s -> s.startsWith(end))) {
        return end.length();
      }
    }
    return 0;
  }

  private static String wholeText(List<Integer> tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    tokens.forEach(token -> bytes.writeBytes(tokenBytes(token)));
    return bytes.toString(UTF_8);
  }

  /** Without the U+FFFD of a character that may still be completed. */
  private static String completeText(List<Integer> tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    tokens.forEach(token -> bytes.writeBytes(tokenBytes(token)));
    int length = bytes.size();
    byte[] all = bytes.toByteArray();
    String whole = new String(all, UTF_8);
    // where the right continuation takes the U+FFFD away, the end was half a character
    for (byte[] rest : List.of(new byte[] {(byte) 0x98, (byte) 0x80}, new byte[] {(byte) 0xA9})) {
      byte[] longer = Arrays.copyOf(all, length + rest.length);
      System.arraycopy(rest, 0, longer, length, rest.length);
      String completed = new String(longer, UTF_8);
      if (!completed.endsWith("\uFFFD") && whole.endsWith("\uFFFD")) {
        return whole.substring(0, whole.length() - 1);
      }
    }
    return whole;
  }

  @Test
  void aStopStringAcrossTokenBordersIsNotReleased() {
    OutputText output = output(SamplingParameters.builder(100).stop(List.of("baab")).build());
    assertThat(output.append(1)).isEmpty(); // b could begin it
    assertThat(output.append(1)).isEqualTo("b");
    assertThat(output.append(3)).isEmpty();
    assertThat(output.finished()).isEqualTo(FinishReason.STOP);
    assertThat(output.stop()).isEqualTo("baab");
    assertThat(output.tokens()).isEqualTo(3);
  }

  @Test
  void theLastTokenAtTheLimitReleasesWhatWasHeldBack() {
    OutputText output = output(SamplingParameters.builder(2).stop(List.of("abb")).build());
    assertThat(output.append(0)).isEmpty();
    assertThat(output.append(5)).isEqualTo("a\uFFFD");
    assertThat(output.finished()).isEqualTo(FinishReason.LENGTH);
  }

  @Test
  void aStopTokenHasNoTextAndReleasesWhatWasHeldBack() {
    OutputText output =
        output(
            SamplingParameters.builder(9).stop(List.of("abb")).stopTokens(Set.of(END, 4)).build());
    assertThat(output.append(2)).isEmpty();
    assertThat(output.append(4)).isEqualTo("ab");
    assertThat(output.finished()).isEqualTo(FinishReason.STOP);
    assertThat(output.stop()).isEqualTo("😀");
    assertThat(output.tokens()).isEqualTo(2);
  }

  @Test
  void aStopStringThatIsCompleteWithTheLastTokenIsAStop() {
    OutputText output = output(SamplingParameters.builder(1).stop(List.of("b")).build());
    assertThat(output.append(2)).isEqualTo("a");
    assertThat(output.finished()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void stopStringsInTheFirstTokensAreTextWhenTokensAreDemanded() {
    OutputText output =
        output(SamplingParameters.builder(9).stop(List.of("ab")).minTokens(2).build());
    assertThat(output.append(2)).isEqualTo("ab");
    assertThat(output.append(0)).isEqualTo("a");
    assertThat(output.append(1)).isEqualTo("b");
    assertThat(output.append(2)).isEmpty();
    assertThat(output.finished()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void oneLeadingSpaceIsDroppedWhereTheTokenizerAddsOne() {
    OutputText output =
        new OutputText(OutputTextTest::tokenBytes, true, SamplingParameters.builder(9).build(), 9);
    assertThat(output.append(9)).isEqualTo("é");
    assertThat(output.append(9)).isEqualTo(" é");
  }
}
