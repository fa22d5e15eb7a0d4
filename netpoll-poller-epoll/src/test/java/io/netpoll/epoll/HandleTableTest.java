package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandleTableTest {
  private final HandleTable table = new HandleTable();
  private EpollPoller poller;

  @BeforeEach
  void open() throws IOException {
    poller = EpollPoller.open();
  }

  @AfterEach
  void close() {
    poller.close();
  }

  private EpollHandle add() {
    EpollStreamSocket socket = EpollStreamSocket.connecting(-1, Addresses.unspecified(false));
    EpollHandle handle = StreamHandle.connected(poller, socket, new TestEndpoint());
    table.add(handle);
    return handle;
  }

  @Test
  void findsEachOfMany_byItsOwnNumber() {
    List<EpollHandle> handles = new ArrayList<>();
    Set<Long> numbers = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      handles.add(add());
      numbers.add(HandleTable.data(handles.get(i)));
    }
    assertThat(numbers).hasSize(1000).doesNotContain(WakeUp.DATA);
    for (EpollHandle handle : handles) {
      assertThat(table.find(HandleTable.data(handle))).isSameAs(handle);
    }
  }

  @Test
  void aSlotIsUsedAgain_butWithAnotherNumber() {
    EpollHandle old = add();
    long number = HandleTable.data(old);
    table.remove(old);
    assertThat(table.find(number)).isNull();

    EpollHandle young = add();
    assertThat(young.slot()).isEqualTo(old.slot());
    assertThat(table.find(number)).isNull();
    assertThat(table.find(HandleTable.data(young))).isSameAs(young);
  }

  @Test
  void aHandleWithoutAPlaceTakesNobodysWhenItIsRemoved() {
    EpollHandle first = add();
    EpollStreamSocket socket = EpollStreamSocket.connecting(-1, Addresses.unspecified(false));
    EpollHandle stranger = StreamHandle.connected(poller, socket, new TestEndpoint());
    table.remove(stranger);
    assertThat(table.find(HandleTable.data(first))).isSameAs(first);
    assertThat(add().slot()).isNotEqualTo(first.slot());

    table.remove(first);
    table.remove(first);
    assertThat(add().slot()).isNotEqualTo(add().slot());
  }

  @Test
  void aGenerationMayTurnNegative() {
    EpollHandle handle = add();
    handle.placed(handle.slot(), -5);
    assertThat(table.find(HandleTable.data(handle))).isSameAs(handle);
  }

  @Test
  void whatNoHandleHasIsNotFound() {
    assertThat(table.find(WakeUp.DATA)).isNull();
    assertThat(table.find(5)).isNull();
  }
}
