package io.netpoll.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which module may use which: the table of docs/design.md. */
class LayersTest {
  private static final List<String> API_ALONE = List.of("api");
  private static final Map<String, List<String>> ALLOWED =
      Map.of(
          "api", List.of(),
          "buffer", API_ALONE,
          "core", List.of("api", "buffer"),
          "server", List.of("api", "core"),
          "client", List.of("api", "core"),
          "testkit", API_ALONE);

  private static final Map<String, JavaClasses> CLASSES = read(Modules.all());

  static Stream<String> modules() {
    return CLASSES.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void aModule_usesOnlyWhatTheDesignAllows(String module) {
    List<String> allowed = ALLOWED.getOrDefault(module, API_ALONE); // a backend
    Set<String> forbidden = new HashSet<>();
    CLASSES.forEach(
        (name, others) -> {
          if (!name.equals(module) && !allowed.contains(name)) {
            others.forEach(other -> forbidden.add(other.getName()));
          }
        });
    noClasses()
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "belong to a module other than " + allowed,
                (JavaClass target) -> forbidden.contains(target.getName())))
        .check(CLASSES.get(module));
  }

  /** The classes of one module. */
  static JavaClasses read(String module) {
    return read(Objects.requireNonNull(Modules.all().get(module), module));
  }

  private static Map<String, JavaClasses> read(Map<String, Path> modules) {
    Map<String, JavaClasses> classes = new HashMap<>();
    modules.forEach((name, location) -> classes.put(name, read(location)));
    return classes;
  }

  private static JavaClasses read(Path location) {
    if (Files.isDirectory(location)) {
      return new ClassFileImporter().importPath(location);
    }
    try (JarFile jar = new JarFile(location.toFile())) {
      return new ClassFileImporter().importJar(jar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
