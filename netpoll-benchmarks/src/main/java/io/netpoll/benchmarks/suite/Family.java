package io.netpoll.benchmarks.suite;

/** Whose something that is compared is. */
enum Family {
  OURS,
  NETTY,
  JDK;

  /** The family of a server or client, by how its name begins. */
  static Family of(String name) {
    if (name.startsWith("ours") || name.startsWith("netpoll")) {
      return OURS;
    }
    return name.startsWith("netty") ? NETTY : JDK;
  }
}
