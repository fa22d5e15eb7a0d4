package io.netpoll.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Addresses as users write them, and as they read in messages. */
class AddressesTest {

  @Test
  void addressesAreReadInAllTheirForms() {
    assertThat(Addresses.parse("tcp", "127.0.0.1:80"))
        .isEqualTo(InetSocketAddress.createUnresolved("127.0.0.1", 80));
    assertThat(Addresses.parse("tcp6", "[::1]:0"))
        .isEqualTo(InetSocketAddress.createUnresolved("::1", 0));
    assertThat(Addresses.parse("tcp4", ":65535"))
        .isEqualTo(InetSocketAddress.createUnresolved("", 65535));
    assertThat(Addresses.parse("unix", "/tmp/a socket"))
        .isEqualTo(UnixDomainSocketAddress.of("/tmp/a socket"));
  }

  @Test
  void aBadAddressIsRefusedWithItsText() {
    for (String bad : List.of("127.0.0.1", "host:", "host:x", "host:65536", "::1:80", "[::1]80")) {
      assertThatThrownBy(() -> Addresses.parse("tcp", bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(bad);
    }
    assertThatThrownBy(() -> Addresses.parse("udp", "host:1")).hasMessageContaining("udp");
    assertThatThrownBy(() -> Addresses.parse("unix", "")).hasMessageContaining("empty");
  }

  @Test
  void addressesAreWrittenAsUsersWriteThem() {
    assertThat(Addresses.text(new InetSocketAddress("127.0.0.1", 80))).isEqualTo("127.0.0.1:80");
    assertThat(Addresses.text(new InetSocketAddress("::1", 80))).isEqualTo("[0:0:0:0:0:0:0:1]:80");
    assertThat(Addresses.text(UnixDomainSocketAddress.of("/x"))).isEqualTo("unix:/x");
    assertThat(Addresses.text(UnixDomainSocketAddress.of(""))).isEqualTo("unix:");
  }
}
