package io.netpoll.examples;

import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import io.netpoll.examples.http.HttpClient;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches an address by HTTP and prints what is there. */
@Command(
    name = "http-client",
    sortOptions = false,
    description = "Fetches an address by HTTP/1.1 and prints what is there.",
    footer = {
      "",
      "Example:",
      "  java -jar netpoll-examples.jar http-client http://127.0.0.1:8888/plaintext"
    })
final class HttpFetch implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int SUCCESS = 200;
  private static final int REDIRECTION = 300;

  @Mixin private final GroupOptions groupOptions = new GroupOptions();

  @Parameters(paramLabel = "URL", description = "The address, such as http://127.0.0.1:8080/.")
  private URI address = URI.create("");

  @Option(
      names = "--max-body",
      paramLabel = "BYTES",
      defaultValue = "64MiB",
      converter = ByteSize.class,
      description = "Longest body accepted, such as 64MiB (the default).")
  private int maxBody;

  @Override
  public Integer call() throws Exception {
    try (PollerGroup group = groupOptions.open("http-client")) {
      Dialer dialer =
          Dialer.builder().group(group).readTimeout(PATIENCE).writeTimeout(PATIENCE).build();
      HttpClient.Response response = new HttpClient(dialer, PATIENCE).get(address, maxBody);
      System.out.write(response.body());
      System.out.flush();
      if (response.status() < SUCCESS || response.status() >= REDIRECTION) {
        throw new Failure("The server answered with status " + response.status() + ".", null);
      }
      return 0;
    }
  }
}
