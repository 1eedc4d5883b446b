package dev.weir.e2e;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.lang.foreign.Linker;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Which package may see what; the picture is in {@code src/docs/architecture.md}. */
final class ArchitectureTest {
  private static final JavaClasses WEIR =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.weir");

  @Test
  void theEngineSeesNoFramework() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.weir.engine..")
            .should()
            .dependOnClassesThat(
                not(
                    resideInAnyPackage(
                        "dev.weir.engine..",
                        "java..",
                        "org.jspecify..",
                        "com.google.errorprone.annotations.."))));
  }

  @Test
  void picturesSeeNoFramework() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.weir.image..")
            .should()
            .dependOnClassesThat(
                not(
                    resideInAnyPackage(
                        "dev.weir.image..",
                        "dev.weir.engine..",
                        "java..",
                        "javax.imageio..",
                        "org.jspecify.."))));
  }

  /** Such a call stops the garbage collector until it returns, and a step takes long. */
  @Test
  void noNativeFunctionIsCalledAsCritical() {
    check(noClasses().should().callMethod(Linker.Option.class, "critical", boolean.class));
  }

  @Test
  void onlyTorchUsesDjlAndOnlyTextItsTokenizers() {
    check(
        noClasses()
            .that(not(resideInAnyPackage("dev.weir.torch..", "dev.weir.text..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl.."));
    check(
        noClasses()
            .that(resideInAPackage("dev.weir.text.."))
            .should()
            .dependOnClassesThat(
                resideInAPackage("ai.djl..")
                    .and(not(resideInAPackage("ai.djl.huggingface.tokenizers..")))));
  }

  @Test
  void onlyStreamAndTheLedgerSeeKafka() {
    check(
        noClasses()
            .that(not(resideInAnyPackage("dev.weir.stream..", "dev.weir.ledger..")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "kafka.."));
  }

  /** All that happens there is a function of a seed. */
  @Test
  void theSimulationSeesNoKafkaAndNoThreads() {
    check(
        noClasses()
            .that(resideInAPackage("dev.weir.simulation.."))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("org.apache.kafka..", "kafka..", "java.util.concurrent..")
                    .or(type(Thread.class))));
  }

  @Test
  void onlyServicesSeeVertx() {
    check(
        noClasses()
            .that(
                resideInAnyPackage(
                    "dev.weir.proto..",
                    "dev.weir.engine..",
                    "dev.weir.text..",
                    "dev.weir.torch..",
                    "dev.weir.kernels..",
                    "dev.weir.image..",
                    "dev.weir.train..",
                    "dev.weir.stream..",
                    "dev.weir.client.."))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx.."));
  }

  @Test
  void modulesDependOneWay() {
    check(slices().matching("dev.weir.(*)..").should().beFreeOfCycles());
  }

  @Test
  void everyPackageIsNullMarked() {
    check(
        classes()
            .that(resideInAPackage("dev.weir..").and(not(resideInAPackage("dev.weir.proto.v1.."))))
            .should(
                new ArchCondition<JavaClass>("live in a @NullMarked package") {
                  @Override
                  public void check(JavaClass type, ConditionEvents events) {
                    if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                      events.add(
                          SimpleConditionEvent.violated(
                              type, type.getName() + " is not in a @NullMarked package"));
                    }
                  }
                }));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(WEIR);
  }
}
