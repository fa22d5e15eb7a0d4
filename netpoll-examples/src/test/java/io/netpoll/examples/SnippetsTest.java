package io.netpoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Java code that README and docs show is code of this module, which compiles and is tested:
 * either a whole quick start, or what stands in a source between {@code // snippet: NAME} and
 * {@code // end}.
 */
class SnippetsTest {
  private static final Path BASE = Path.of(System.getProperty("basedir", "."));
  private static final Path ROOT = BASE.resolve("..");
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern SNIPPET =
      Pattern.compile("// snippet: (\\S+)\n(.*?)\n *// end\n", Pattern.DOTALL);

  @ParameterizedTest
  @MethodSource("pages")
  void pages_showWhatCompiles(Path page) throws IOException {
    assertThat(snippets().values()).containsAll(blocks(page));
  }

  @Test
  void everySnippet_isShown() throws IOException {
    List<String> shown = pages().flatMap(page -> blocks(page).stream()).toList();
    assertThat(shown).containsAll(snippets().values());
  }

  @Test
  void theReadme_isTheSameInBothLanguages() {
    assertThat(blocks(ROOT.resolve("README.zh.md"))).isEqualTo(blocks(ROOT.resolve("README.md")));
  }

  static Stream<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> pages =
          Stream.concat(
                  Stream.of(ROOT.resolve("README.md"), ROOT.resolve("README.zh.md")),
                  docs.filter(page -> page.toString().endsWith(".md")).sorted())
              .toList();
      return pages.stream();
    }
  }

  private static Map<String, String> snippets() throws IOException {
    Map<String, String> snippets = new LinkedHashMap<>();
    for (String name : List.of("QuickStartServer", "QuickStartClient")) {
      String source = read(BASE.resolve("src/main/java/io/netpoll/examples/" + name + ".java"));
      snippets.put(name, source.substring(source.indexOf("import ")));
    }
    try (Stream<Path> sources = Files.walk(BASE.resolve("src"))) {
      List<Path> java = sources.filter(source -> source.toString().endsWith(".java")).toList();
      for (Path source : java) {
        SNIPPET.matcher(read(source)).results().forEach(snippet -> add(snippets, snippet));
      }
    }
    return snippets;
  }

  private static void add(Map<String, String> snippets, MatchResult snippet) {
    String code = snippet.group(2).stripTrailing().stripIndent() + "\n";
    assertThat(snippets.put(snippet.group(1), code)).as("two named " + snippet.group(1)).isNull();
  }

  private static List<String> blocks(Path page) {
    return BLOCK
        .matcher(read(page))
        .results()
        .map(block -> block.group(1))
        .collect(Collectors.toList());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
