package dev.weir.image.portrait;

/** What a phrase does in a prompt; the lower-case names stand in {@code spoken.tsv}. */
enum Role {
  /** Says nothing: "the", "her". */
  SKIP,
  /** Whoever or whatever is shown, of whom no attribute is named: "a woman", "the face". */
  WHO,
  /** Goes on with a list. */
  AND,
  /** Goes on with a list, and takes an absence along. */
  OR,
  /** Ends a sentence or a clause. */
  STOP,
  /** Makes a noun the subject of what comes: "hair is red". */
  IS,
  /** Begins anew with what somebody has: "with", "wearing". */
  WITH,
  /** Makes the background the subject: "on sky". */
  BEHIND,
  /** Takes a part away. */
  NO,
  /** Takes away each part of a list. */
  WITHOUT,
  /** Names a part. */
  NOUN,
  /** Names a value of one attribute or of several. */
  VALUE,
  /** Means nothing here. */
  UNKNOWN
}
