package dev.weir.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ContactSheetTest {
  private static final int WHITE = 0xffffff;

  /** Pictures of 16 x 8, each of one colour: 1, 2, .. */
  private static List<RgbPicture> pictures(int count) {
    List<RgbPicture> pictures = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      int[] colours = new int[16 * 8];
      Arrays.fill(colours, i);
      pictures.add(new RgbPicture(16, 8, colours));
    }
    return pictures;
  }

  @Test
  void picturesLieRowByRowWithGapsBetweenAndAround() {
    RgbPicture sheet = new ContactSheet(3, 5, 2).of(pictures(5));
    assertThat(sheet.width()).isEqualTo(5 + 3 * (32 + 5));
    assertThat(sheet.height()).isEqualTo(5 + 2 * (16 + 5));
    for (int y = 0; y < sheet.height(); y++) {
      for (int x = 0; x < sheet.width(); x++) {
        boolean inside = x % 37 >= 5 && y % 21 >= 5;
        int number = 1 + x / 37 + 3 * (y / 21);
        assertThat(sheet.colour(x, y))
            .as("%d, %d", x, y)
            .isEqualTo(inside && number <= 5 ? number : WHITE);
      }
    }
  }

  @Test
  void aPictureIsOnTheSheetPixelByPixel() {
    RgbPicture picture = new RgbPicture(2, 2, new int[] {1, 2, 3, 4});
    assertThat(new ContactSheet(1, 0, 3).of(List.of(picture))).isEqualTo(picture.enlarged(3));
  }

  /** Labels make room for themselves and touch no picture. */
  @Test
  void labelsStandAboveColumnsAndLeftOfRows() {
    RgbPicture plain = new ContactSheet(2, 4, 4).of(pictures(4));
    RgbPicture labelled =
        new ContactSheet(2, 4, 4, List.of("one", "two"), List.of("first row", "second"))
            .of(pictures(4));
    int left = labelled.width() - plain.width();
    int top = labelled.height() - plain.height();
    assertThat(left).isBetween(30, 120);
    assertThat(top).isBetween(10, 30);
    for (int y = 0; y < plain.height(); y++) {
      for (int x = 0; x < plain.width(); x++) {
        assertThat(labelled.colour(left + x, top + y)).isEqualTo(plain.colour(x, y));
      }
    }
    for (int c = 0; c < 2; c++) { // each column's and each row's
      assertThat(dark(labelled, left + 4 + c * 68, 0, 64, top)).isBetween(10, 400);
    }
    for (int r = 0; r < 2; r++) {
      assertThat(dark(labelled, 0, top + 4 + r * 36, left, 32)).isBetween(10, 800);
    }
    assertThat(dark(labelled, 0, 0, left, top)).isZero();
  }

  private static int dark(RgbPicture picture, int left, int top, int width, int height) {
    int dark = 0;
    for (int i = 0; i < width * height; i++) {
      dark += (picture.colour(left + i % width, top + i / width) & 255) < 128 ? 1 : 0;
    }
    return dark;
  }

  @Test
  void aLabelThatIsLongerThanItsColumnIsCut() {
    List<String> labels = List.of("", "m".repeat(40), "");
    RgbPicture sheet = new ContactSheet(3, 6, 2, labels, List.of()).of(pictures(3));
    int top = sheet.height() - (6 + 16 + 6);
    assertThat(dark(sheet, 6 + 38, 0, 32, top)).isGreaterThan(20);
    assertThat(dark(sheet, 0, 0, 6 + 38, top)).isZero();
    assertThat(dark(sheet, 6 + 38 + 32, 0, 6 + 32 + 6, top)).isZero();
  }

  @Test
  void whatIsNoSheetIsRefused() {
    assertThatThrownBy(() -> new ContactSheet(2, 1, 1).of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a sheet of no pictures");
    assertThatThrownBy(() -> new ContactSheet(0, 1, 1)).hasMessageContaining("not 0, 1 and 1");
    assertThatThrownBy(() -> new ContactSheet(1, -1, 1)).hasMessageContaining("not 1, -1 and 1");
    assertThatThrownBy(() -> new ContactSheet(1, 1, 0)).hasMessageContaining("not 1, 1 and 0");
    assertThatThrownBy(() -> new ContactSheet(2, 1, 1, List.of("a"), List.of()))
        .hasMessage("1 labels for 2 columns");
    assertThatThrownBy(
            () -> new ContactSheet(2, 1, 1, List.of(), List.of("a", "b")).of(pictures(2)))
        .hasMessage("2 labels for 1 rows");
    List<RgbPicture> mixed = new ArrayList<>(pictures(1));
    mixed.add(new RgbPicture(1, 1, new int[1]));
    assertThatThrownBy(() -> new ContactSheet(2, 1, 1).of(mixed))
        .hasMessage("a picture of 16 x 8 and a picture of 1 x 1 on one sheet");
    assertThatThrownBy(
            () -> new ContactSheet(1, 1, 1000).of(Collections.nCopies(3, pictures(1).getFirst())))
        .hasMessageContaining("is larger than 16777216 pixels");
  }
}
