package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import jnr.constants.platform.AddressFamily;
import jnr.constants.platform.Sock;
import org.junit.jupiter.api.Test;

class DescriptorTest {
  private final int fd = Kernel.socket(AddressFamily.AF_UNIX, Sock.SOCK_STREAM);

  private boolean isOpen() {
    return Kernel.isOpen(fd);
  }

  @Test
  void closesAtOnceWhenNobodyUsesIt() {
    Descriptor descriptor = Descriptor.taken(fd);
    descriptor.close();

    assertThat(isOpen()).isFalse();
    assertThat(descriptor.enter()).isFalse();
    assertThat(descriptor.take()).isFalse();
  }

  @Test
  void closesWhenTheLastUserHasLeft() {
    Descriptor descriptor = Descriptor.taken(fd);
    assertThat(descriptor.enter()).isTrue();
    assertThat(descriptor.enter()).isTrue();
    descriptor.close();
    assertThat(descriptor.enter()).isFalse();
    descriptor.exit();
    assertThat(isOpen()).isTrue();

    descriptor.exit();
    assertThat(isOpen()).isFalse();
  }

  @Test
  void hasOneOwner_alsoWhileItIsUsed() {
    Descriptor descriptor = Descriptor.free(fd);
    assertThat(descriptor.enter()).isTrue();
    assertThat(descriptor.take()).isTrue();
    assertThat(descriptor.take()).isFalse();
    descriptor.give();
    descriptor.exit();
    assertThat(isOpen()).isTrue();

    assertThat(descriptor.take()).isTrue();
    descriptor.close();
    assertThat(isOpen()).isFalse();
  }

  @Test
  void isGivenAwayWhenTheLastUserHasLeft_andStaysOpen() throws Exception {
    Descriptor descriptor = Descriptor.taken(fd);
    assertThat(descriptor.enter()).isTrue();
    Thread leaving =
        new Thread(
            () -> {
              while (descriptor.enter()) {
                descriptor.exit(); // until it is being given away
              }
              descriptor.exit();
            });
    leaving.start();
    assertThat(descriptor.release()).isEqualTo(fd);
    leaving.join();

    assertThat(isOpen()).isTrue();
    assertThat(descriptor.enter()).isFalse();
    assertThat(descriptor.take()).isFalse();
    Kernel.close(fd);
  }
}
