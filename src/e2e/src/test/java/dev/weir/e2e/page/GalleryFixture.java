package dev.weir.e2e.page;

import com.microsoft.playwright.options.ColorScheme;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** A gateway whose models draw portraits without any network, and a browser. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class GalleryFixture {
  final TestingGateway gateway = new TestingGateway();
  private Browsers browsers;

  @BeforeAll
  final void start() {
    browsers = Browsers.launch();
  }

  @AfterAll
  final void stop() {
    gateway.close();
    browsers.close();
  }

  @BeforeEach
  final void reset() {
    gateway.reset();
    gateway.serves("smollm2", "pixel", "vae");
    gateway.script(TestingPainter::answer);
  }

  final GalleryVisitor visit() {
    return GalleryVisitor.at(browsers, gateway.url());
  }

  final GalleryVisitor visit(int width, ColorScheme scheme) {
    return GalleryVisitor.at(browsers, gateway.url(), width, scheme);
  }

  final Browsers browsers() {
    return browsers;
  }

  /** Of the first request. */
  final long seed() {
    return gateway.requests().getFirst().getLong("seed");
  }
}
