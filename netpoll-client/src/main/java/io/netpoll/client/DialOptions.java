package io.netpoll.client;

import io.netpoll.HostResolver;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.execution.ContextLoader;
import java.net.InetAddress;
import java.util.List;

/**
 * How a dialer dials. Immutable.
 *
 * @param connections what new connections start with
 * @param resolver finds the addresses of a host
 * @param attemptDelayNanos how long one address is waited for before the next one is tried beside
 *     it
 */
record DialOptions(ConnectionSettings connections, HostResolver resolver, long attemptDelayNanos)
    implements HostResolver {

  /** Asks the resolver, with the context class loader that the dialer's callbacks have. */
  @Override
  public List<InetAddress> resolve(String host) throws Exception {
    ClassLoader before = connections.context().enter();
    try {
      return resolver.resolve(host);
    } finally {
      ContextLoader.leave(before);
    }
  }
}
