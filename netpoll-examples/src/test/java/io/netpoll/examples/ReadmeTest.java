package io.netpoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The code that the README shows is code of this module, so it compiles and is what it says. */
class ReadmeTest {
  private static final Path BASE = Path.of(System.getProperty("basedir", "."));
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @ParameterizedTest
  @ValueSource(strings = {"QuickStartServer", "QuickStartClient"})
  void theReadme_showsTheSource(String name) throws IOException {
    String source =
        Files.readString(BASE.resolve("src/main/java/io/netpoll/examples/" + name + ".java"));
    String shown = source.substring(source.indexOf("import "));
    assertThat(blocks()).contains(shown);
  }

  @Test
  void theReadme_showsNothingElse() throws IOException {
    assertThat(blocks()).hasSize(2);
  }

  private static List<String> blocks() throws IOException {
    return BLOCK
        .matcher(Files.readString(BASE.resolve("../README.md")))
        .results()
        .map(block -> block.group(1))
        .toList();
  }
}
