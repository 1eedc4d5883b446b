package dev.weir.train.portrait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainingProgram;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PortraitFamilyTest {
  private static final String MADE =
      ".*torch\\.(tensor|zeros|ones|full|empty|arange|eye|rand|randn)\\(.*";

  private static List<String> lines(PortraitFamily family) {
    TrainingProgram program = family.objective(1).program();
    return Stream.concat(
            Stream.of(program.functions(), program.loss().body()),
            program.methods().values().stream().map(TrainingProgram.Method::body))
        .flatMap(String::lines)
        .toList();
  }

  /** On a GPU a tensor of the CPU among the others is an error. */
  @ParameterizedTest
  @EnumSource
  void whatAProgramMakesIsOnItsDevice(PortraitFamily family) {
    List<String> making = lines(family).stream().filter(line -> line.matches(MADE)).toList();
    assertThat(making).isNotEmpty();
    for (String line : making) {
      long made =
          line.split("torch\\.(tensor|zeros|ones|full|empty|arange|eye|rand|randn)\\(", -1).length
              - 1;
      long placed = line.split("device=\\{DEVICE}", -1).length - 1;
      assertThat(placed).as(line).isEqualTo(made);
    }
  }

  @Test
  void aDeviceThatCannotBeUsedIsNamed() {
    TrainingProgram program = PortraitFamily.VAE.objective(1).program();
    AdamW optimizer = new AdamW(0.9, 0.99, 1e-8, 0, 1, 0.999);
    assertThatThrownBy(() -> TrainableModule.open(program, optimizer, false, 1, "gpu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("device 'gpu' is neither cpu nor cuda:N");
    assertThatThrownBy(() -> TrainableModule.open(program, optimizer, false, 1, "cuda:117"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot use device cuda:117");
  }
}
