package io.netpoll.examples;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.examples.http.HttpServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves HTTP with {@link HttpServer} until the process is told to end. */
@Command(
    name = "http-server",
    sortOptions = false,
    description =
        "Speaks HTTP/1.1: greets at /plaintext, sends bodies back at /echo, and serves files.",
    footer = {
      "",
      "Example:",
      "  java -jar netpoll-examples.jar http-server --port 8888 --root public"
    })
final class HttpServe implements Callable<Integer> {
  @Mixin private final GroupOptions groupOptions = new GroupOptions();
  @Mixin private final AddressOptions addressOptions = new AddressOptions();
  @Mixin private final ServerOptions serverOptions = new ServerOptions();

  @Option(
      names = "--root",
      paramLabel = "FOLDER",
      description = "The folder whose files are served; none by default.")
  private @Nullable Path root;

  @Override
  public Integer call() throws Exception {
    addressOptions.check();
    serverOptions.check();
    groupOptions.refuseInline("http-server");
    HttpServer http = open();
    try (PollerGroup group = groupOptions.open("http-server");
        Listener listener = ServerRun.listen(group, addressOptions);
        EventLoop server = http.server().build()) {
      ServerRun.serve("http-server", server, listener, group, serverOptions);
      return 0;
    }
  }

  private HttpServer open() throws Failure {
    try {
      return new HttpServer(root);
    } catch (IOException e) {
      throw new Failure("There is no folder " + root + " to serve: name an existing one.", e);
    }
  }
}
