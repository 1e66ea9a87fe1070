package org.basaltdb.core.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every exception of the package says what, found, expected, where and what to do, and gives its
/// facts back.
class ErrorMessagesTest {
  private static final Path PACKAGE = Path.of("src/main/java/org/basaltdb/core/error");

  private static List<Class<?>> exceptions() throws IOException {
    try (Stream<Path> files = Files.list(PACKAGE)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith("Exception.java") && !name.startsWith("Basalt"))
          .sorted()
          .<Class<?>>map(name -> load(name.substring(0, name.length() - ".java".length())))
          .toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(BasaltException.class.getPackageName() + "." + name);
    } catch (ClassNotFoundException missing) {
      throw new AssertionError(missing);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyException() throws IOException {
    return exceptions().stream()
        .map(type -> dynamicTest(type.getSimpleName(), () -> assertWellMade(type)));
  }

  private static void assertWellMade(Class<?> type) throws ReflectiveOperationException {
    assertThat(BasaltException.class).isAssignableFrom(type);
    assertThat(Modifier.isFinal(type.getModifiers())).isTrue();
    assertThat(type.getConstructors()).hasSize(1);
    Constructor<?> constructor = type.getConstructors()[0];
    Parameter[] parameters = constructor.getParameters();
    Object[] facts = new Object[parameters.length];
    for (int i = 0; i < facts.length; i++) {
      facts[i] = sample(parameters[i], i);
    }
    BasaltException made = (BasaltException) constructor.newInstance(facts);
    String message = Objects.requireNonNull(made.getMessage(), "no message");
    assertThat(message).contains("; found ").contains("; expected ");
    assertThat(message.split("; ")).hasSizeGreaterThanOrEqualTo(5);
    for (int i = 0; i < facts.length; i++) {
      if (facts[i] instanceof Throwable) {
        assertThat(made).hasCause((Throwable) facts[i]);
        continue;
      }
      Object got = type.getMethod(parameters[i].getName()).invoke(made);
      assertThat(got).as(parameters[i].getName()).isEqualTo(facts[i]);
      for (Object part : facts[i] instanceof Collection<?> parts ? parts : List.of(facts[i])) {
        assertThat(message).contains(shown(parameters[i].getName(), part));
      }
    }
  }

  private static Object sample(Parameter parameter, int index) {
    Class<?> type = parameter.getType();
    if (type == String.class) {
      return "fact" + index;
    } else if (type == int.class) {
      return 7_000 + index;
    } else if (type == long.class) {
      return 9_000_000L + index;
    } else if (type == Throwable.class) {
      return new IllegalStateException("the cause");
    }
    assertThat(type).isEqualTo(Collection.class);
    return List.of("first", "second");
  }

  /// Times are given in nanoseconds and shown in microseconds.
  private static String shown(String name, Object fact) {
    return name.endsWith("Nanos") ? ((Long) fact / 1_000) + " us" : fact.toString();
  }

  @Test
  void survivesSerialisation() throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new InvalidSchemaException("t", List.of("one", "two")));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      InvalidSchemaException read = (InvalidSchemaException) in.readObject();
      assertThat(read.problems()).containsExactly("one", "two");
      assertThat(read).hasMessageContaining("(1) one (2) two");
    }
  }

  @Test
  void longListsOfNamesAreCutShort() {
    List<String> names = Stream.iterate(0, i -> i + 1).limit(25).map(i -> "t" + i).toList();
    assertThat(new UnknownTableException("x", names))
        .hasMessageContaining("t0, t1")
        .hasMessageContaining("t19 and 5 more")
        .hasMessageNotContaining("t20");
    assertThat(new UnknownTableException("x", List.of())).hasMessageContaining("one of: none");
  }
}
