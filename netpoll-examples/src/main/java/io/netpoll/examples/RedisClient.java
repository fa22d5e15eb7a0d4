package io.netpoll.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import io.netpoll.examples.redis.RespClient;
import io.netpoll.examples.redis.RespValue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Sends one command to a Redis server and prints the answer. */
@Command(
    name = "redis-client",
    sortOptions = false,
    description = "Sends a command to a server of Redis' protocol and prints its answer.",
    footer = {
      "",
      "Example:",
      "  java -jar netpoll-examples.jar redis-client --port 6379 SET greeting hello"
    })
final class RedisClient implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Mixin private final GroupOptions groupOptions = new GroupOptions();
  @Mixin private final AddressOptions addressOptions = new AddressOptions();

  @Parameters(paramLabel = "WORD", arity = "1..*", description = "The command and its arguments.")
  private List<String> words = List.of();

  @Override
  public Integer call() throws Exception {
    addressOptions.check();
    try (PollerGroup group = groupOptions.open("redis-client")) {
      Dialer dialer =
          Dialer.builder().group(group).readTimeout(PATIENCE).writeTimeout(PATIENCE).build();
      try (RespClient client =
          RespClient.connect(
              dialer, addressOptions.network(), addressOptions.address(), PATIENCE)) {
        RespValue answer = client.call(request());
        if (answer instanceof RespValue.Error error) {
          throw new Failure("The server answered: " + error.message(), null);
        }
        lines(answer).forEach(System.out::println);
        return 0;
      }
    }
  }

  private String[] request() {
    return words.stream().map(RedisClient::toBytes).toArray(String[]::new);
  }

  /** A text whose characters are the bytes of this one in UTF-8. */
  private static String toBytes(String text) {
    return new String(text.getBytes(UTF_8), ISO_8859_1);
  }

  private static String toText(String bytes) {
    return new String(bytes.getBytes(ISO_8859_1), UTF_8);
  }

  private static Stream<String> lines(RespValue answer) {
    if (answer instanceof RespValue.Array array) {
      return array.elements() == null
          ? Stream.of("(nothing)")
          : array.elements().stream().flatMap(RedisClient::lines);
    }
    return Stream.of(line(answer));
  }

  private static String line(RespValue answer) {
    if (answer instanceof RespValue.Bulk bulk) {
      return bulk.text() == null ? "(nothing)" : toText(bulk.text());
    }
    if (answer instanceof RespValue.Number number) {
      return Long.toString(number.value());
    }
    return answer instanceof RespValue.Error error
        ? error.message()
        : ((RespValue.Simple) answer).text();
  }
}
