package io.netpoll.client;

import io.netpoll.Connection;
import io.netpoll.DialTimeoutException;
import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import io.netpoll.core.Addresses;
import io.netpoll.core.Await;
import io.netpoll.core.ConnectionSettings;
import io.netpoll.core.EngineGroup;
import io.netpoll.core.Nanos;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections: finds the addresses of the host, tries one after the other within one timeout,
 * and says in every failure what was dialled and how long it took.
 */
final class EngineDialer implements Dialer {

  /** What one address of several gets at least, so that many addresses do not starve each other. */
  private static final long LEAST_SHARE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final @Nullable PollerGroup group;
  private final ConnectionSettings settings;

  EngineDialer(@Nullable PollerGroup group, ConnectionSettings settings) {
    this.group = group;
    this.settings = settings;
  }

  @Override
  public Connection connect(String network, String address, Duration timeout) throws IOException {
    SocketAddress remote = Addresses.parse(network, address);
    if (remote instanceof InetSocketAddress inet) {
      return dial(network, null, inet, timeout);
    }
    return connectUnix(null, (UnixDomainSocketAddress) remote, timeout);
  }

  @Override
  public Connection connectTcp(
      @Nullable InetSocketAddress local, InetSocketAddress remote, Duration timeout)
      throws IOException {
    return dial("tcp", local, remote, timeout);
  }

  @Override
  public Connection connectUnix(
      @Nullable UnixDomainSocketAddress local, UnixDomainSocketAddress remote, Duration timeout)
      throws IOException {
    Attempt attempt = new Attempt(Addresses.text(remote), timeout);
    Connection connection = attempt.connect(engine(), remote, local, attempt.limit.nanosLeft());
    if (connection == null) {
      throw attempt.timedOut();
    }
    return connection;
  }

  private Connection dial(
      String network, @Nullable InetSocketAddress local, InetSocketAddress remote, Duration timeout)
      throws IOException {
    Attempt attempt = new Attempt(Addresses.text(remote), timeout);
    if (remote.getPort() == 0) {
      throw new IllegalArgumentException("Port 0 cannot be dialled: name the server's port.");
    }
    EngineGroup engine = engine();
    List<InetAddress> addresses =
        remote.isUnresolved()
            ? attempt.resolve(network, remote.getHostString())
            : List.of(remote.getAddress());
    IOException refused = null;
    for (int i = 0; i < addresses.size(); i++) {
      long left = attempt.limit.nanosLeft();
      if (left <= 0) {
        break;
      }
      long share = left / (addresses.size() - i);
      share = Math.min(left, Math.max(share, LEAST_SHARE_NANOS));
      InetSocketAddress target = new InetSocketAddress(addresses.get(i), remote.getPort());
      try {
        Connection connection = attempt.connect(engine, target, local, share);
        if (connection != null) {
          return connection;
        }
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        if (refused == null) {
          refused = e;
        } else {
          refused.addSuppressed(e);
        }
      }
    }
    throw refused != null && attempt.limit.nanosLeft() > 0 ? refused : attempt.timedOut();
  }

  private EngineGroup engine() throws IOException {
    PollerGroup chosen = group == null ? PollerGroup.shared() : group;
    if (chosen instanceof EngineGroup engine) {
      return engine;
    }
    throw new IllegalArgumentException(
        "This poller group was not made by this library: use PollerGroup.builder().");
  }

  /** One call of a dialling method: what it dials, since when, and until when. */
  private final class Attempt {
    private final String name;
    private final long start = System.nanoTime();
    private final Await.Limit limit;

    Attempt(String name, Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException(
            "The timeout of a dial must be positive, not " + timeout + ".");
      }
      this.name = name;
      this.limit = Await.Limit.in(Nanos.of(timeout));
    }

    List<InetAddress> resolve(String network, String host) throws IOException {
      if (host.isEmpty()) {
        return List.of(InetAddress.getLoopbackAddress());
      }
      if (Addresses.isLiteral(host)) {
        return Addresses.resolve(network, host);
      }
      List<InetAddress> found = Resolver.resolve(network, host, limit);
      if (found == null) {
        throw timedOut();
      }
      return found;
    }

    /** Tries one address; null if its time was over. */
    @Nullable Connection connect(
        EngineGroup engine, SocketAddress remote, @Nullable SocketAddress local, long nanos)
        throws IOException {
      try {
        return engine.connect(remote, local, settings, Await.Limit.in(nanos));
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        ConnectException failed =
            new ConnectException(
                "Dialling "
                    + Addresses.text(remote)
                    + " failed after "
                    + Nanos.text(System.nanoTime() - start)
                    + ": "
                    + e.getMessage()
                    + ".");
        failed.initCause(e);
        throw failed;
      }
    }

    DialTimeoutException timedOut() {
      return new DialTimeoutException(
          "Dialling "
              + name
              + " was not done within "
              + Nanos.text(System.nanoTime() - start)
              + ".");
    }
  }
}
