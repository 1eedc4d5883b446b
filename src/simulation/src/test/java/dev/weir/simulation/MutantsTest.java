package dev.weir.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each rule of the protocol that is broken is found, and by the rule that it breaks. */
final class MutantsTest {
  @BeforeAll
  static void quiet() {
    TestingMutant.quiet();
  }

  @ParameterizedTest
  @EnumSource
  void aBrokenRuleIsFound(TestingMutant mutant) {
    long seed = 0;
    while (!isFound(mutant, seed)) {
      seed++;
      assertThat(seed).as("%s is not found", mutant).isLessThanOrEqualTo(mutant.foundBy);
    }
    assertThat(seed).as("%s is found sooner", mutant).isEqualTo(mutant.foundBy);
    assertThatExceptionOfType(Violation.class)
        .isThrownBy(() -> Simulation.run(mutant.foundBy, mutant::seams, new Statistics()))
        .withMessageContaining(mutant.message);
    Simulation.run(seed); // and nothing else is wrong with it
  }

  private static boolean isFound(TestingMutant mutant, long seed) {
    try {
      Simulation.run(seed, mutant::seams, new Statistics());
      return false;
    } catch (Violation _) {
      return true;
    }
  }
}
