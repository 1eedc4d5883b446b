package dev.weir.bench.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReadAmplificationTest {
  @ParameterizedTest
  @CsvSource({"4, 16, 32", "8, 256, 64", "4, 250, 2000", "100, 8, 100"})
  void jobsThatLieAtRandomAreReadAsOftenAsExpected(int workers, int jobs, int partitions) {
    Random random = new Random(1);
    int draws = 2000;
    long read = 0;
    for (int draw = 0; draw < draws; draw++) {
      Set<Integer> followed = new HashSet<>();
      for (int job = 0; job < jobs; job++) {
        followed.add(random.nextInt(partitions));
      }
      read += followed.size();
    }
    double simulated = 1 + (double) workers * read / draws / partitions;

    assertThat(ReadAmplification.expected(workers, jobs, partitions))
        .isCloseTo(simulated, within(0.02 * simulated));
  }
}
