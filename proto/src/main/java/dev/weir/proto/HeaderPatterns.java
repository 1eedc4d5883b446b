package dev.weir.proto;

import java.util.regex.Pattern;

/** What values of headers look like. */
final class HeaderPatterns {
  static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  static final Pattern DIGITS = Pattern.compile("-?[0-9]{1,19}");
  // W3C Trace Context, section 3.2: version 00, and neither id all zeros.
  static final Pattern TRACEPARENT =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  private HeaderPatterns() {}
}
