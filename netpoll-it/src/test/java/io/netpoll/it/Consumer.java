package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The program of the projects of {@code src/it}, which knows the API alone. */
final class Consumer {
  private static final Path MAIN = Path.of("src", "it", "common", "main", "consumer", "Main.java");

  private Consumer() {}

  /** Compiles {@code consumer.Main} into a folder. */
  static void compile(Path classes) throws IOException {
    StringWriter messages = new StringWriter();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "-Werror", "--release", "17", "-cp", Modules.path("api"), "-d", classes.toString());
      boolean compiled =
          compiler
              .getTask(
                  messages, manager, null, options, null, manager.getJavaFileObjects(MAIN.toFile()))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
  }
}
