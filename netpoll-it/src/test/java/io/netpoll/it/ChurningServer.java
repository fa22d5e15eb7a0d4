package io.netpoll.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An echo server of the JDK's sockets on one thread of its own, which closes or resets connections
 * at random: after an answer, or some that nobody uses at that moment. It never closes the
 * connections of which the first byte is {@link #SPARED}.
 *
 * <p>Closings are counted, and each is noted under the client's address with its number, after the
 * socket is closed; not those of connections on which it has never answered, since the client's
 * side may only be establishing them, and no poll can have seen their end.
 */
final class ChurningServer implements AutoCloseable {
  static final byte SPARED = 's';

  private static final int ONE_IN = 20;

  private final Random random;
  private final Selector selector = Selector.open();
  private final ServerSocketChannel listening = ServerSocketChannel.open();
  private final List<SocketChannel> closable = new ArrayList<>();
  private final Set<SocketChannel> answered = new HashSet<>();
  private final Map<SocketAddress, Long> closedAs = new ConcurrentHashMap<>();
  private final AtomicLong closings = new AtomicLong();
  private final ByteBuffer buffer = ByteBuffer.allocate(64);
  private final Thread thread = new Thread(this::serve, "churning-server");
  private volatile boolean ending;

  ChurningServer(long seed) throws IOException {
    random = new Random(seed);
    listening.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 1024);
    listening.configureBlocking(false);
    listening.register(selector, SelectionKey.OP_ACCEPT);
    thread.setDaemon(true);
    thread.start();
  }

  String address() {
    return "127.0.0.1:" + listening.socket().getLocalPort();
  }

  /** How many connections it has closed. */
  long closings() {
    return closings.get();
  }

  /**
   * Which closing was that of a client's connection that it has answered on; Long.MAX_VALUE if
   * none.
   */
  long closingOf(SocketAddress client) {
    return closedAs.getOrDefault(client, Long.MAX_VALUE);
  }

  private void serve() {
    try {
      while (!ending) {
        selector.select();
        List<SelectionKey> ready = List.copyOf(selector.selectedKeys());
        selector.selectedKeys().clear();
        for (SelectionKey key : ready) {
          if (key.isValid() && key.isAcceptable()) {
            accept();
          } else if (key.isValid()) {
            echo((SocketChannel) key.channel());
          }
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void accept() throws IOException {
    for (SocketChannel client; (client = listening.accept()) != null; ) {
      closedAs.remove(client.getRemoteAddress());
      client.configureBlocking(false);
      client.register(selector, SelectionKey.OP_READ);
      closable.add(client);
    }
  }

  private void echo(SocketChannel client) throws IOException {
    try {
      buffer.clear();
      if (client.read(buffer) < 0) {
        forget(client);
        return;
      }
      buffer.flip();
      if (buffer.hasRemaining() && buffer.get(0) == SPARED) {
        closable.remove(client);
      }
      client.write(buffer); // a few bytes always fit
      answered.add(client);
    } catch (IOException reset) {
      forget(client);
      return;
    }
    if (random.nextInt(ONE_IN) == 0 && !closable.isEmpty()) {
      close(random.nextBoolean() && closable.contains(client) ? client : anyOfThem());
    }
  }

  private SocketChannel anyOfThem() {
    return closable.get(random.nextInt(closable.size()));
  }

  private void forget(SocketChannel client) throws IOException {
    closable.remove(client);
    answered.remove(client);
    client.close();
  }

  private void close(SocketChannel client) throws IOException {
    SocketAddress address = client.getRemoteAddress();
    if (random.nextBoolean()) {
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
    boolean isKnown = answered.contains(client);
    forget(client);
    selector.selectNow(); // the JDK closes what is registered no sooner
    long number = closings.incrementAndGet();
    if (isKnown) {
      closedAs.put(address, number);
    }
  }

  @Override
  public void close() throws IOException {
    ending = true;
    selector.wakeup();
    Crew.await(thread);
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
