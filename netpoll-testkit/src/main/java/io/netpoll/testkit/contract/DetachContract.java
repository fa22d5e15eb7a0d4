package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.Poller;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Detaching: a socket changes its poller, or its owner. */
abstract class DetachContract extends PollerSuite {

  @ParameterizedTest
  @EnumSource
  void aDetachedSocketGoesToAnotherPoller_withItsUnreadInput(SocketKind kind) throws Exception {
    var pair = pair(kind);
    pair.endpoint().resume();
    stage.turn();
    pair.peerSends("for the next");
    pair.handle().detach();
    pair.handle().close();
    pair.endpoint().resume();
    assertThat(pair.endpoint().events).isEmpty();
    stage.untilTold(pair.endpoint(), "detached");
    assertThat(pair.endpoint().text()).isEmpty();
    StreamSocket socket = pair.endpoint().detached();
    assertThat(socket.remoteAddress()).isEqualTo(pair.handle().remoteAddress());

    Poller another = stage.anotherPoller();
    RecordingEndpoint next = stage.attach(another, socket, new RecordingEndpoint());
    assertThatThrownBy(() -> stage.poller().attach(socket, new RecordingEndpoint()))
        .isInstanceOf(IOException.class);
    socket.close();
    next.resume();
    stage.until(another, () -> next.text().equals("for the next"));
    next.write("thanks");
    assertThat(next.send()).isTrue();
    assertThat(pair.peerReads(6)).isEqualTo("thanks");
  }

  @Test
  void aDetachedSocketCanComeBack() throws Exception {
    var pair = pair(SocketKind.TCP);
    pair.handle().detach();
    stage.untilTold(pair.endpoint(), "detached");
    RecordingEndpoint again = stage.attach(pair.endpoint().detached(), new RecordingEndpoint());
    again.handle().resumeInput();
    pair.peerSends("back");
    stage.untilReceived(again, "back");
  }

  @Test
  void aDetachedSocketThatNobodyWantsIsClosedByItsOwner() throws Exception {
    var pair = pair(SocketKind.TCP);
    pair.handle().detach();
    stage.untilTold(pair.endpoint(), "detached");
    pair.endpoint().detached().close();
    pair.endpoint().detached().close();

    assertThatThrownBy(() -> pair.peerReads(1)).isInstanceOf(IOException.class);
  }
}
