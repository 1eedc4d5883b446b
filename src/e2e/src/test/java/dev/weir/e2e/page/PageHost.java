package dev.weir.e2e.page;

import java.net.URI;

/** Something that serves the page and answers it: the scripted gateway of these tests, or Weir. */
interface PageHost extends AutoCloseable {
  /** Where the page is. */
  URI url();

  @Override
  void close();
}
