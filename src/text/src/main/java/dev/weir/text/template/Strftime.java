package dev.weir.text.template;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/**
 * C's {@code strftime} in the C locale, for the local time of a clock, with glibc's flags {@code
 * -}, {@code _}, {@code 0} and {@code ^}. The time zone's name is empty, as it is for Python's
 * naive {@code datetime.now()}.
 */
final class Strftime {
  private static final Locale NAMES = Locale.ENGLISH;
  private static final String FLAGS = "-_0^";

  private Strftime() {}

  static String format(Clock clock, String format) {
    return format(LocalDateTime.now(clock), format);
  }

  private static String format(LocalDateTime time, String format) {
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < format.length(); at++) {
      char c = format.charAt(at);
      if (c != '%' || at + 1 == format.length()) {
        text.append(c);
        continue;
      }
      int start = at++;
      char flag = FLAGS.indexOf(format.charAt(at)) >= 0 ? format.charAt(at++) : 0;
      if (at >= format.length()) {
        text.append(format.substring(start));
        break;
      }
      String field = field(time, format.charAt(at));
      text.append(field == null ? format.substring(start, at + 1) : flagged(field, flag));
    }
    return text.toString();
  }

  private static String flagged(String field, char flag) {
    String digits = field.strip();
    return switch (flag) {
      case '-' -> digits.replaceFirst("^0+(?=\\d)", "");
      case '_' -> {
        String bare = digits.replaceFirst("^0+(?=\\d)", "");
        yield " ".repeat(field.length() - bare.length()) + bare;
      }
      case '0' -> "0".repeat(field.length() - digits.length()) + digits;
      case '^' -> field.toUpperCase(Locale.ROOT);
      default -> field;
    };
  }

  private static @org.jspecify.annotations.Nullable String field(LocalDateTime time, char kind) {
    int hour = time.getHour();
    int weekday = time.getDayOfWeek().getValue(); // 1 is Monday
    int yearDay = time.getDayOfYear();
    return switch (kind) {
      case 'Y' -> Integer.toString(time.getYear());
      case 'C' -> padded("%02d", time.getYear() / 100);
      case 'y' -> padded("%02d", time.getYear() % 100);
      case 'm' -> padded("%02d", time.getMonthValue());
      case 'd' -> padded("%02d", time.getDayOfMonth());
      case 'e' -> padded("%2d", time.getDayOfMonth());
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, NAMES);
      case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, NAMES);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, NAMES);
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, NAMES);
      case 'u' -> Integer.toString(weekday);
      case 'w' -> Integer.toString(weekday % 7);
      case 'j' -> padded("%03d", yearDay);
      case 'U' -> padded("%02d", (yearDay + 6 - weekday % 7) / 7);
      case 'W' -> padded("%02d", (yearDay + 6 - (weekday - 1)) / 7);
      case 'V' -> padded("%02d", time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case 'G' -> Integer.toString(time.get(IsoFields.WEEK_BASED_YEAR));
      case 'g' -> padded("%02d", time.get(IsoFields.WEEK_BASED_YEAR) % 100);
      case 'H' -> padded("%02d", hour);
      case 'k' -> padded("%2d", hour);
      case 'I' -> padded("%02d", time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
      case 'l' -> padded("%2d", time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
      case 'p' -> hour < 12 ? "AM" : "PM";
      case 'P' -> hour < 12 ? "am" : "pm";
      case 'M' -> padded("%02d", time.getMinute());
      case 'S' -> padded("%02d", time.getSecond());
      case 'f' -> padded("%06d", time.getNano() / 1000);
      case 'D', 'x' -> format(time, "%m/%d/%y");
      case 'F' -> format(time, "%Y-%m-%d");
      case 'T', 'X' -> format(time, "%H:%M:%S");
      case 'R' -> format(time, "%H:%M");
      case 'r' -> format(time, "%I:%M:%S %p");
      case 'c' -> format(time, "%a %b %e %H:%M:%S %Y");
      case 'z', 'Z' -> "";
      case 'n' -> "\n";
      case 't' -> "\t";
      case '%' -> "%";
      default -> null;
    };
  }

  private static String padded(String format, int number) {
    return String.format(Locale.ROOT, format, number);
  }
}
