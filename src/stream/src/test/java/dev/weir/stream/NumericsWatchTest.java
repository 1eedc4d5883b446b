package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weir.proto.v1.ModelCard;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class NumericsWatchTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(NumericsWatch.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final NumericsWatch watch = new NumericsWatch(registry, model -> !model.equals("other"));

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(log);
  }

  private static ModelCard card(String model, String worker, String numerics) {
    return ModelCard.newBuilder().setModel(model).setWorker(worker).setNumericsId(numerics).build();
  }

  private List<String> warnings() {
    return log.list.stream()
        .filter(event -> event.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private double ids(String model) {
    return registry.get("weir.model.numerics.ids").tag("model", model).gauge().value();
  }

  @Test
  void workersThatComputeTheSameAreNothingToSay() {
    watch.look(List.of(card("m", "a", "x"), card("m", "b", "x"), card("n", "a", "y")));
    assertThat(warnings()).isEmpty();
    assertThat(ids("m")).isEqualTo(1);
    assertThat(ids("n")).isEqualTo(1);
  }

  @Test
  void mixedWorkersAreWarnedAboutOncePerChangeAndNotPerCard() {
    List<ModelCard> mixed = List.of(card("m", "a", "x"), card("m", "b", "y"));
    watch.look(mixed);
    watch.look(mixed);
    assertThat(ids("m")).isEqualTo(2);
    assertThat(warnings()).hasSize(1);
    assertThat(warnings().getFirst()).contains("model m").contains("x=[a], y=[b]");

    watch.look(List.of(card("m", "a", "x"), card("m", "b", "y"), card("m", "c", "z")));
    assertThat(warnings()).hasSize(2);
    assertThat(ids("m")).isEqualTo(3);

    watch.look(List.of(card("m", "a", "x")));
    watch.look(mixed);
    assertThat(warnings()).hasSize(3);
  }

  @Test
  void aModelThatNobodyServesIsForgotten() {
    watch.look(List.of(card("m", "a", "x"), card("m", "b", "y")));
    watch.look(List.of());
    assertThat(registry.find("weir.model.numerics.ids").gauges())
        .extracting(Gauge::value)
        .isEmpty();
  }

  @Test
  void whatIsNotWatchedOrSaysNothingIsNotCounted() {
    watch.look(
        List.of(
            card("other", "a", "x"),
            card("other", "b", "y"),
            card("m", "a", "x"),
            card("m", "b", "")));
    assertThat(warnings()).isEmpty();
    assertThat(registry.find("weir.model.numerics.ids").gauges()).hasSize(1);
  }
}
