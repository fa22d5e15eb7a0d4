package io.netpoll.it.reliability;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.LinkBuffer;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.ShardQueue;
import io.netpoll.it.Setting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An application that a container loads with a class loader of its own, starts, and ends: it uses
 * the library in every way that runs code of its own on a thread of the library, and leaves nothing
 * behind. The result names what ran with another context class loader, and what failed.
 */
public final class RedeployedApplication implements Callable<List<String>> {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Setting setting;
  private final boolean sharesGroup;
  private final Set<String> wrong = new TreeSet<>();
  private final Set<String> right = new TreeSet<>();
  private final CountDownLatch ended = new CountDownLatch(4);

  /** Makes one that is not started. */
  public RedeployedApplication(String backend, String execution, boolean sharesGroup) {
    this.setting = new Setting(backend, Setting.execution(execution));
    this.sharesGroup = sharesGroup;
  }

  @Override
  public List<String> call() throws Exception {
    if (sharesGroup) {
      use(PollerGroup.shared());
    } else {
      PollerGroup group =
          PollerGroup.builder().backend(setting.backend()).execution(setting.execution()).build();
      try (group) {
        use(group);
      }
    }
    synchronized (this) {
      return List.of("ran with the right loader: " + right, "with another one: " + wrong);
    }
  }

  private void use(PollerGroup group) throws Exception {
    Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    EventLoop server =
        EventLoop.builder(this::answer)
            .onPrepare(connection -> ran("OnPrepare"))
            .onConnect(this::greet)
            .onDisconnect(connection -> ran("OnDisconnect"))
            .build();
    server.start(listener);
    Dialer dialer = Dialer.builder().group(group).resolver(this::resolve).build();
    try (Connection one = dialer.connect("tcp", "a.name:" + port, LIMIT)) {
      exchange(one);
      one.addCloseCallback(this::clientClosed);
    }
    Connection other =
        dialer
            .connectTcpAsync(null, new InetSocketAddress("127.0.0.1", port), LIMIT)
            .thenApply(
                connection -> {
                  ran("a dial's future");
                  return connection;
                })
            .get(20, TimeUnit.SECONDS);
    exchange(other);
    other.addCloseCallback(this::clientClosed);
    other.close();
    if (!ended.await(20, TimeUnit.SECONDS)) {
      throw new IOException("Connections were not closed: " + ended.getCount());
    }
    server.shutdown(LIMIT);
  }

  private List<InetAddress> resolve(String host) throws IOException {
    ran("the resolver");
    return List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1}));
  }

  private void greet(Connection connection) {
    ran("OnConnect");
    connection.addCloseCallback(
        closed -> {
          ran("a close callback");
          ended.countDown();
        });
  }

  /** Takes so long that adaptive execution passes the loop on. */
  private void answer(Connection connection) throws IOException {
    ran("OnRequest");
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    if (connection.reader().request(1)) {
      connection.writer().writeByte(connection.reader().readByte());
      connection.writer().flush();
    }
  }

  private void exchange(Connection connection) throws IOException {
    for (int i = 0; i < 3; i++) {
      try (ShardQueue queue = ShardQueue.of(connection)) {
        LinkBuffer message = LinkBuffer.create();
        message.writeByte(i);
        message.flush();
        queue.put(message);
        if (connection.reader().readByte() != i) {
          throw new IOException("The answer is another one.");
        }
      }
    }
  }

  private void clientClosed(Connection connection) {
    ran("a client's close callback");
    ended.countDown();
  }

  private synchronized void ran(String what) {
    boolean isRight = Thread.currentThread().getContextClassLoader() == getClass().getClassLoader();
    (isRight ? right : wrong).add(what);
  }
}
