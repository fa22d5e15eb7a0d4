/** The poller backend on Linux epoll: the fastest where it runs, on x86-64 and aarch64. */
module io.netpoll.poller.epoll {
  requires io.netpoll.api;
  requires jdk.net;
  requires static org.jspecify;
  requires org.jnrproject.jffi;

  provides io.netpoll.spi.PollerProvider with
      io.netpoll.epoll.EpollPollerProvider;
}
