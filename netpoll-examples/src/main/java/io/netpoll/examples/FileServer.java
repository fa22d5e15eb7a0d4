package io.netpoll.examples;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.PollerGroup;
import io.netpoll.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Answers HTTP GET with the files below a directory, which the system sends without a copy. */
@Command(
    name = "file-server",
    sortOptions = false,
    description = "Serves the files below a directory over HTTP/1.1, GET only.")
final class FileServer implements Callable<Integer> {
  private static final int LONGEST_LINE = 8192;
  private static final int MOST_LINES = 100;

  @Mixin private final GroupOptions groupOptions = new GroupOptions();
  @Mixin private final AddressOptions addressOptions = new AddressOptions();

  @Option(
      names = "--root",
      paramLabel = "DIRECTORY",
      defaultValue = ".",
      description = "What is served; the current directory by default.")
  private Path root = Path.of(".");

  @Override
  public Integer call() throws Exception {
    addressOptions.check();
    Path directory;
    try {
      directory = root.toRealPath();
    } catch (IOException e) {
      throw new Failure(Sentences.because("Cannot serve", root.toString(), e), e);
    }
    try (PollerGroup group = groupOptions.open("file-server")) {
      Serving.until(
          EventLoop.builder(connection -> serve(connection, directory)), group, addressOptions);
      return 0;
    }
  }

  private static void serve(Connection connection, Path directory) throws IOException {
    String request = line(connection);
    for (int lines = 0; !line(connection).isEmpty(); lines++) {
      if (lines == MOST_LINES) {
        throw new IOException("a request of more than " + MOST_LINES + " lines");
      }
    }
    Writer writer = connection.writer();
    String[] words = request.split(" ");
    Path file = words.length == 3 && words[0].equals("GET") ? find(words[1], directory) : null;
    if (file == null) {
      writer.writeString("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    } else {
      long size = Files.size(file);
      writer.writeString("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
      writer.transferFrom(file, 0, size);
    }
    writer.flush(); // waits while the client is slow; the file takes no memory
  }

  private static String line(Connection connection) throws IOException {
    ByteBuffer line = connection.reader().until((byte) '\n', LONGEST_LINE);
    return StandardCharsets.US_ASCII.decode(line).toString().strip();
  }

  private static @Nullable Path find(String name, Path directory) {
    try {
      Path file = directory.resolve(name.replaceFirst("^/+", "")).toRealPath();
      return file.startsWith(directory) && Files.isRegularFile(file) ? file : null;
    } catch (InvalidPathException | IOException e) {
      return null; // answered with 404
    }
  }
}
