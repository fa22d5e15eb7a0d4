package io.netpoll.examples;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.examples.redis.Redis;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Serves {@link Redis} until the process is told to end. */
@Command(
    name = "redis-server",
    sortOptions = false,
    description =
        "Keeps strings, lists, hashes and sets in memory for clients of Redis (RESP2), such as"
            + " redis-cli.",
    footer = {
      "",
      "Example:",
      "  java -jar netpoll-examples.jar redis-server --port 6379 --stats 9999"
    })
final class RedisServer implements Callable<Integer> {
  @Mixin private final GroupOptions groupOptions = new GroupOptions();
  @Mixin private final AddressOptions addressOptions = new AddressOptions();
  @Mixin private final ServerOptions serverOptions = new ServerOptions();

  @Override
  public Integer call() throws Exception {
    addressOptions.check();
    serverOptions.check();
    groupOptions.refuseInline("redis-server");
    try (PollerGroup group = groupOptions.open("redis-server");
        Listener listener = ServerRun.listen(group, addressOptions);
        EventLoop server = new Redis().server().build()) {
      ServerRun.serve("redis-server", server, listener, group, serverOptions);
      return 0;
    }
  }
}
