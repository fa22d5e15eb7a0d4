package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.Spans;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading by the thread that holds the input token, whichever that is. */
abstract class ReceiveContract extends PollerSuite {
  /** Where such a thread reads to. */
  private static final class Sink implements Input {
    private final PlainPage page = new PlainPage(4096);
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private boolean offered;

    /** Runs before space is offered. */
    Runnable onSpace = () -> {};

    boolean wantsInput = true;

    @Override
    public boolean space(Spans into) {
      onSpace.run();
      if (wantsInput) {
        into.clear();
        into.add(page, 0, page.size(), true);
        offered = true;
      }
      return wantsInput;
    }

    @Override
    public void filled(int bytes) {
      assertThat(offered).as("filled without space").isTrue();
      offered = false;
      byte[] part = new byte[bytes];
      page.memory().get(0, part);
      received.writeBytes(part);
    }

    String text() {
      return received.toString(StandardCharsets.UTF_8);
    }
  }

  /** Reads until something comes, or the end does; returns what the last read did. */
  private static int readSome(Handle handle, Input into) throws Exception {
    int read = 0;
    while (read == 0) {
      read = handle.receive(into);
      Thread.onSpinWait();
    }
    return read;
  }

  @ParameterizedTest
  @EnumSource
  void anyThreadReadsWhatIsThere_orNothing_orTheEnd(SocketKind kind) throws Exception {
    var pair = pair(kind);
    Sink sink = new Sink();
    pair.peerSends("hello");
    assertThat(Background.start(() -> readSome(pair.handle(), sink)).get()).isPositive();
    while (sink.text().length() < 5) {
      readSome(pair.handle(), sink);
    }
    assertThat(sink.text()).isEqualTo("hello");
    assertThat(pair.handle().receive(sink)).as("nothing more").isZero();
    pair.peer().shutdownOutput();
    assertThat(Background.start(() -> readSome(pair.handle(), sink)).get()).isEqualTo(-1);
    stage.turn();
    assertThat(pair.endpoint().events).as("told, while nothing is watched").isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aThreadThatWantsNothing_leavesWhatIsThere(SocketKind kind) throws Exception {
    var pair = pair(kind);
    Sink sink = new Sink();
    sink.wantsInput = false;
    pair.peerSends("later");
    assertThat(pair.handle().receive(sink)).isZero();
    pair.endpoint().resume();
    stage.untilReceived(pair.endpoint(), "later");
  }

  @ParameterizedTest
  @EnumSource
  void whatAnotherThreadHasRead_isNotReadByThePoller_andDoesNotSpin(SocketKind kind)
      throws Exception {
    var pair = pair(kind);
    Sink sink = new Sink();
    pair.endpoint().resume();
    pair.peerSends("once");
    while (sink.text().length() < 4) {
      Background.start(() -> readSome(pair.handle(), sink)).get();
    }
    stage.turn();
    stage.assertQuiet();
    assertThat(pair.endpoint().text()).isEmpty();
    assertThat(sink.text()).isEqualTo("once");
    pair.peerSends("and on");
    stage.untilReceived(pair.endpoint(), "and on");
  }

  @ParameterizedTest
  @EnumSource
  void aBrokenSocketIsAnException_andCanBeClosed(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.endpoint().write("never read");
    pair.endpoint().send();
    kind.reset(pair.peer());
    assertThatThrownBy(() -> readAll(pair.handle())).isInstanceOf(IOException.class);
    pair.handle().close();
    stage.untilTold(pair.endpoint(), "closed");
    assertThatThrownBy(() -> pair.handle().receive(new Sink())).isInstanceOf(IOException.class);
  }

  /** Fails, or reads on for ever at an end. */
  private static void readAll(Handle handle) throws Exception {
    while (readSome(handle, new Sink()) > 0) {}
    throw new IOException("the end: this kind of socket has no reset");
  }

  /**
   * A forced close does not wait for a reader, which may be told so by an exception, or may find
   * the end; but it must not get bytes of a socket that was opened since.
   */
  @ParameterizedTest
  @EnumSource
  void closingThePollerWhileAThreadReceives_itGetsNoBytesOfAStranger(SocketKind kind)
      throws Exception {
    var pair = pair(kind);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch opened = new CountDownLatch(1);
    Sink sink = new Sink();
    sink.onSpace =
        () -> {
          inside.countDown();
          await(opened);
        };
    var reader = Background.start(() -> pair.handle().receive(sink));
    inside.await();
    stage.closePoller();
    assertThat(pair.endpoint().events).containsExactly("closed");
    Path place = Files.createTempDirectory(directory, "strangers");
    try (ServerSocketChannel listening = kind.listen(place)) {
      for (int i = 0; i < 16; i++) {
        SocketChannel near = stage.keep(SocketChannel.open(listening.getLocalAddress()));
        SocketChannel far = stage.keep(listening.accept());
        near.write(ByteBuffer.wrap("secret".getBytes(StandardCharsets.UTF_8)));
        far.write(ByteBuffer.wrap("secret".getBytes(StandardCharsets.UTF_8)));
      }
    } finally {
      opened.countDown();
    }
    try {
      assertThat(reader.get()).isLessThanOrEqualTo(0);
    } catch (ExecutionException e) {
      assertThat(e).hasCauseInstanceOf(IOException.class);
    }
    assertThat(sink.text()).as("bytes of a stranger").isEmpty();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
