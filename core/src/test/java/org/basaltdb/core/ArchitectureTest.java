package org.basaltdb.core;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.RandomAccessFile;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jctools.queues.MessagePassingQueue;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The direction between modules and packages, and the few things that only one package may do. The
/// compiler holds most of it through `module-info.java`; this holds what a descriptor cannot say.
class ArchitectureTest {
  /// All three library modules: this one sees the others on its module path.
  private static final JavaClasses LIBRARIES =
      new ClassFileImporter()
          .importLocations(
              Stream.of("org.basaltdb.offheap", "org.basaltdb.wal", "org.basaltdb.core")
                  .map(ArchitectureTest::locationOf)
                  .toList());

  private static Location locationOf(String module) {
    return ModuleLayer.boot()
        .configuration()
        .findModule(module)
        .flatMap(resolved -> resolved.reference().location())
        .map(Location::of)
        .orElseThrow(() -> new AssertionError("module " + module + " is not on the module path"));
  }

  @Test
  void offheapKnowsNothingOfWalNorWalOfCore() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("offheap")
        .definedBy("org.basaltdb.offheap..")
        .layer("wal")
        .definedBy("org.basaltdb.wal..")
        .layer("core")
        .definedBy("org.basaltdb.core..")
        .whereLayer("core")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("wal")
        .mayOnlyBeAccessedByLayers("core")
        .whereLayer("offheap")
        .mayOnlyBeAccessedByLayers("wal", "core")
        .check(LIBRARIES);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("org.basaltdb.(**)").should().beFreeOfCycles().check(LIBRARIES);
  }

  @Test
  void nothingDependsOnProgramsThatUseTheEngine() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.basaltdb.bench..", "org.basaltdb.stress..", "org.basaltdb.examples..")
        .check(LIBRARIES);
  }

  @Test
  void onlyPosixLinksNativeFunctions() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.basaltdb.offheap.posix")
        .should()
        .dependOnClassesThat(anyOf(Linker.class, SymbolLookup.class))
        .check(LIBRARIES);
  }

  @Test
  void nothingUsesWhatTheJdkWarnsAbout() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "jdk.internal..",
                    "sun..",
                    "org.agrona.concurrent.broadcast..",
                    "org.agrona.concurrent.ringbuffer..",
                    "org.agrona.concurrent.status..",
                    "org.jctools.util..")
                .or(name("org.agrona.concurrent.UnsafeBuffer"))
                .or(
                    resideInAPackage("org.jctools.queues")
                        .and(DescribedPredicate.not(anyOf(MessagePassingQueue.class)))))
        .because("the core path needs no flag but --enable-native-access and prints no warning")
        .check(LIBRARIES);
  }

  @Test
  void filesAreOpenedThroughTheSeam() {
    noClasses()
        .that()
        .resideOutsideOfPackages("org.basaltdb.offheap.file", "org.basaltdb.offheap.posix")
        .should()
        .dependOnClassesThat(
            anyOf(
                FileChannel.class,
                AsynchronousFileChannel.class,
                RandomAccessFile.class,
                FileInputStream.class,
                FileOutputStream.class))
        .because("faults are put under the engine at org.basaltdb.offheap.file")
        .check(LIBRARIES);
  }

  @Test
  void clockAndRandomNumbersComeThroughTheSeam() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.basaltdb.offheap.file")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .callConstructor(Random.class)
        .orShould()
        .dependOnClassesThat(anyOf(Clock.class, ThreadLocalRandom.class))
        .because("a seed replays a run: time and chance come from org.basaltdb.offheap.file")
        .check(LIBRARIES);
  }

  /// NullAway passes over a package that does not say it.
  @Test
  void everyPackageIsNullMarked() {
    assertThat(
            LIBRARIES.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(named -> !named.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName))
        .isEmpty();
  }

  /// The types and what is nested in them.
  private static DescribedPredicate<JavaClass> anyOf(Class<?>... types) {
    Set<String> names = Arrays.stream(types).map(Class::getName).collect(Collectors.toSet());
    return belongTo(
        DescribedPredicate.describe(
            "any of " + names, (JavaClass type) -> names.contains(type.getName())));
  }
}
