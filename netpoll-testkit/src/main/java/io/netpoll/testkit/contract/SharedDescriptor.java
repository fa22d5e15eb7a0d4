package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.testkit.ThreadsAndDescriptors;
import java.io.IOException;
import java.nio.channels.Channel;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * A second descriptor of a socket that a channel of the JDK holds: what a process has that was
 * started with the socket, while the one that started it has it still.
 */
final class SharedDescriptor {

  /** Opens a channel. */
  interface Opening<T extends Channel> {
    T open() throws IOException;
  }

  private SharedDescriptor() {}

  /**
   * Duplicates the descriptor of a channel; skips the test where nobody knows how.
   *
   * @param stage closes the channel at the end
   * @param opening opens it, and no other descriptor
   * @param duplicate gives a second descriptor for one
   * @return the second one, which is the caller's
   */
  static <T extends Channel> int of(
      Keeper stage, Opening<T> opening, IntFunction<OptionalInt> duplicate) throws IOException {
    ThreadsAndDescriptors before = ThreadsAndDescriptors.now(List.of());
    stage.keep(opening.open());
    List<String> opened = ThreadsAndDescriptors.now(List.of()).beyond(before);
    assertThat(opened).as("what was opened").singleElement().asString().contains("socket:");
    int descriptor = Integer.parseInt(opened.get(0).replaceAll("^descriptor ([0-9]+) .*", "$1"));
    OptionalInt second = duplicate.apply(descriptor);
    assumeTrue(second.isPresent(), "Nobody here can duplicate a descriptor.");
    return second.getAsInt();
  }

  /** Closes what it is given, at the end. */
  interface Keeper {
    <T extends AutoCloseable> T keep(T resource);
  }
}
