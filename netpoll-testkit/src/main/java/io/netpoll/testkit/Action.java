package io.netpoll.testkit;

/** Something to do under a guard or a lock. */
@FunctionalInterface
interface Action<T, X extends Exception> {
  T run() throws X;
}
