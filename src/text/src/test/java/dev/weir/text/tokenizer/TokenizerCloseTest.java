package dev.weir.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.text.Golden;
import dev.weir.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Close frees the memory of the library: a call that used it then would answer nonsense. */
final class TokenizerCloseTest {
  private static final int THREADS = 4;
  private static final int ROUNDS = 40;
  private static final String TEXT = "The quick brown fox, 1234567890 jumps.\n".repeat(50);

  private static Tokenizer open() {
    return TokenizerJson.read(Golden.path("tokenizers/gpt-2.tokenizer.json"));
  }

  @Test
  void closingWhileOtherThreadsEncodeAndDecodeFailsTheirNextCallAndNothingElse() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (int round = 0; round < ROUNDS; round++) {
        Tokenizer tokenizer = open();
        CountDownLatch working = new CountDownLatch(THREADS);
        List<Future<?>> calls = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          calls.add(threads.submit(() -> work(tokenizer, working)));
        }
        assertThat(working.await(2, TimeUnit.MINUTES)).isTrue();
        tokenizer.close();
        for (Future<?> call : calls) {
          assertThatThrownBy(call::get)
              .isInstanceOf(ExecutionException.class)
              .cause()
              .isInstanceOf(IllegalStateException.class)
              .hasMessageEndingWith("gpt-2.tokenizer.json is closed");
        }
      }
    }
  }

  /** Goes on until a call fails. */
  private static void work(Tokenizer tokenizer, CountDownLatch working) {
    int[] ids = tokenizer.encode(TEXT, true);
    String text = tokenizer.decode(ids);
    working.countDown();
    while (true) {
      assertThat(tokenizer.encode(TEXT, true)).isEqualTo(ids);
      assertThat(tokenizer.decode(ids)).isEqualTo(text);
    }
  }

  @Test
  void closingTwiceIsNoError() {
    Tokenizer tokenizer = open();
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("a", false))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tokenizer.decode(new int[] {1}))
        .isInstanceOf(IllegalStateException.class);
  }
}
