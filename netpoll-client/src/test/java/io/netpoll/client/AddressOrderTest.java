package io.netpoll.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order in which addresses are tried. */
class AddressOrderTest {

  private static List<InetAddress> addresses(String... literals) throws UnknownHostException {
    List<InetAddress> all = new ArrayList<>();
    for (String literal : literals) {
      all.add(InetAddress.getByName(literal));
    }
    return all;
  }

  @Test
  void theFamiliesAreTriedInTurn_beginningWithThatOfTheFirst() throws Exception {
    assertThat(AddressOrder.of("tcp", addresses("::1", "::2", "::3", "127.0.0.1", "127.0.0.2")))
        .isEqualTo(addresses("::1", "127.0.0.1", "::2", "127.0.0.2", "::3"));
    assertThat(AddressOrder.of("tcp", addresses("127.0.0.1", "127.0.0.2", "::1")))
        .isEqualTo(addresses("127.0.0.1", "::1", "127.0.0.2"));
  }

  @Test
  void aNetworkOfOneFamilyLeavesTheOtherOut() throws Exception {
    List<InetAddress> both = addresses("::1", "127.0.0.1", "::2", "127.0.0.2");
    assertThat(AddressOrder.of("tcp4", both)).isEqualTo(addresses("127.0.0.1", "127.0.0.2"));
    assertThat(AddressOrder.of("tcp6", both)).isEqualTo(addresses("::1", "::2"));
  }

  @Test
  void anAddressIsTriedOnce() throws Exception {
    assertThat(AddressOrder.of("tcp", addresses("127.0.0.1", "127.0.0.1")))
        .isEqualTo(addresses("127.0.0.1"));
  }
}
