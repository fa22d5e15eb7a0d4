package io.netpoll;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Finds the addresses of a host for a {@link Dialer}: the system's way by default, and any other
 * that {@link Dialer.Builder#resolver} is given, such as a service registry.
 */
@FunctionalInterface
public interface HostResolver {

  /**
   * Looks a name up. Called on a helper thread of the library, a virtual one from JDK 21 on, so it
   * may block; the dial's timeout covers it all the same. When the dial is over before it returns,
   * that thread is interrupted and what is returned is ignored. Several threads may call it at the
   * same time: one for each dial that waits for an answer, up to 256 in a process ({@code
   * -Dio.netpoll.maxLookUps}). A call that goes on after its dial is over counts no longer, except
   * for dials of the same name.
   *
   * @param host a name; literal addresses are not looked up
   * @return its addresses, those to be preferred first
   * @throws UnknownHostException if it has none
   * @throws Exception any other exception fails the dial, as its cause
   */
  List<InetAddress> resolve(String host) throws Exception;

  /**
   * The resolver of the JDK, and so of the system. Its order is that of the system property {@code
   * java.net.preferIPv6Addresses}, by default IPv4 first.
   *
   * @return the default of dialers
   */
  static HostResolver system() {
    return new HostResolver() { // a lambda would delay the first dial of a process
      @Override
      public List<InetAddress> resolve(String host) throws UnknownHostException {
        return List.of(InetAddress.getAllByName(host));
      }
    };
  }
}
