package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Work;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a peer is set up. A peer ignores what does not concern it.
 *
 * @param address where it accepts; port 0 for any
 * @param placement where requests are answered
 * @param codec how a Netty peer cuts and answers frames
 * @param sending when a blocking peer sends, and whether ours coalesces flushes
 * @param execution where ours runs handlers
 * @param loops number of event loops; 0, for ours, is what the library chooses
 * @param poolThreads number of threads of {@link Placement#POOL} or {@link Answers#POOL}
 * @param work what happens to a request
 * @param file what every byte is answered with instead of frames; null for frames
 * @param answers who answers
 * @param fanOut whether messages go to all subscribers instead of being answered
 */
record PeerSettings(
    InetSocketAddress address,
    Placement placement,
    Codec codec,
    Sending sending,
    ExecutionName execution,
    int loops,
    int poolThreads,
    Work work,
    @Nullable FileAnswer file,
    Answers answers,
    boolean fanOut) {

  /** How many connections the kernel keeps until they are accepted, for every peer. */
  static final int BACKLOG = 4096;

  /**
   * What happens to messages, in {@code key=value} words.
   *
   * @param usual the words where what reads requests answers them
   */
  String handling(String usual) {
    if (fanOut) {
      return "service=fanout";
    }
    return answers == Answers.POOL ? "answers=pool pool=" + poolThreads : usual;
  }
}
