package dev.weir.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class Utf8DecoderTest {
  /** Unicode Standard, chapter 3, tables 3-8 to 3-11; R stands for U+FFFD. */
  @ParameterizedTest
  @CsvSource({
    "C0 AF E0 80 BF F0 81 82 41, RRRRRRRRA",
    "ED A0 80 ED BF BF ED AF 41, RRRRRRRRA",
    "F4 91 92 93 FF 41 80 BF 42, RRRRRARRB",
    "E1 80 E2 F0 91 92 F1 BF 41, RRRRA",
    "E2 82 AC C3 A9 F0 9F 98 80, €é😀",
    "61 E2 82, aR"
  })
  void replacesEachMaximalSubpart(String hex, String expected) {
    byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(hex);
    assertThat(decode(List.of(bytes))).isEqualTo(expected.replace('R', '\uFFFD'));
  }

  /** Pieces of real characters and stray bytes; no encoded surrogates, which Java replaces once. */
  @Provide
  Arbitrary<List<byte[]>> pieces() {
    Arbitrary<byte[]> any =
        Arbitraries.bytes()
            .filter(b -> b != (byte) 0xED)
            .array(byte[].class)
            .ofMinSize(0)
            .ofMaxSize(4);
    Arbitrary<byte[]> text =
        Arbitraries.of("é", "€", "😀", "a", "中", "\uFFFD").map(s -> s.getBytes(UTF_8));
    Arbitrary<byte[]> half =
        Combinators.combine(text, Arbitraries.integers().between(0, 4))
            .as((b, n) -> Arrays.copyOf(b, Math.min(n, b.length)));
    return Arbitraries.oneOf(any, text, half).list().ofMaxSize(12);
  }

  @Property
  void piecesDecodeToWhatTheWholeDecodesTo(@ForAll("pieces") List<byte[]> pieces) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    pieces.forEach(whole::writeBytes);
    assertThat(decode(pieces)).isEqualTo(new String(whole.toByteArray(), UTF_8));
  }

  private static String decode(List<byte[]> pieces) {
    Utf8Decoder decoder = new Utf8Decoder();
    StringBuilder text = new StringBuilder();
    for (byte[] piece : pieces) {
      decoder.decode(piece, 0, text);
      boolean half = text.length() > 0 && Character.isHighSurrogate(text.charAt(text.length() - 1));
      assertThat(half).as("half a character after %s", text).isFalse();
    }
    decoder.end(text);
    return text.toString();
  }
}
