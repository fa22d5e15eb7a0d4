package io.netpoll.examples.http;

import java.io.IOException;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Serves the files of a folder, and never one outside it, whatever the target or a link says. */
final class StaticFiles implements Route {
  private final Path root;

  /**
   * Makes a route.
   *
   * @param root an existing folder
   * @throws IOException if there is no such folder
   */
  StaticFiles(Path root) throws IOException {
    this.root = root.toRealPath();
  }

  @Override
  public void answer(Exchange exchange) throws IOException, HttpException {
    if (!Routes.allows(exchange, List.of("GET", "HEAD"))) {
      return;
    }
    Path file = find(exchange.head().path());
    if (file == null) {
      exchange.answer(Status.NOT_FOUND, "There is no such file.");
      return;
    }
    send(exchange, file);
  }

  /** The file of a path, or null if there is none inside the folder. */
  private @Nullable Path find(String path) throws IOException, HttpException {
    try {
      Path file = root.resolve("." + PercentEncoding.decode(path)).toRealPath();
      if (Files.isDirectory(file)) {
        file = file.resolve("index.html").toRealPath();
      }
      return file.startsWith(root) && Files.isRegularFile(file) ? file : null;
    } catch (NoSuchFileException | InvalidPathException e) {
      return null;
    }
  }

  private static void send(Exchange exchange, Path file) throws IOException {
    String modified = HttpDate.of(Instant.ofEpochMilli(Files.getLastModifiedTime(file).toMillis()));
    String fields = "Last-Modified: " + modified + "\r\n";
    if (modified.equals(exchange.head().headers().first("If-Modified-Since"))) {
      exchange.begin(Status.NOT_MODIFIED, fields, 0);
      return;
    }
    long size = Files.size(file);
    exchange.begin(Status.OK, fields + "Content-Type: " + type(file) + "\r\n", size);
    if (exchange.hasContent(Status.OK)) {
      exchange.out().transferFrom(file, 0, size); // by reference; whoever flushes waits for it
    }
  }

  private static String type(Path file) {
    String type = URLConnection.guessContentTypeFromName(file.getFileName().toString());
    return type == null ? "application/octet-stream" : type;
  }
}
