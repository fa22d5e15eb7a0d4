module consumer {
  requires io.netpoll.api;
}
