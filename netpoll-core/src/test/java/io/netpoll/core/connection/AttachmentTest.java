package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.Execution;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.LeakCheck;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is attached to a connection, and what is said where nothing is. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class AttachmentTest {
  private Harness harness;
  private Connection dialled;
  private Connection accepted;

  @BeforeEach
  void connect() throws Exception {
    harness = new Harness(Execution.inline()).serve(settings -> {});
    ConnectionSettings plain = new ConnectionSettings.Builder().build(null);
    dialled =
        harness
            .group
            .startToConnect(harness.address(), null, plain)
            .result()
            .get(20, TimeUnit.SECONDS);
    Eventually.holds("it is accepted", () -> !harness.opened.isEmpty());
    accepted = harness.opened.iterator().next();
  }

  @AfterEach
  void end() {
    harness.close();
  }

  @Test
  void whereNothingIsAttached_theAdviceSuitsTheConnection() {
    assertThatIllegalStateException()
        .isThrownBy(() -> accepted.attachment(String.class))
        .withMessageContaining("attach a String in OnPrepare");
    assertThatIllegalStateException()
        .isThrownBy(() -> dialled.attachment(String.class))
        .withMessageContaining("attach a String when it is dialled")
        .withMessageNotContaining("OnPrepare");
  }

  @Test
  void codeThatDoesNotKnow_asks() {
    assertThat(dialled.tryAttachment(String.class)).isEmpty();
    dialled.attach("context");
    assertThat(dialled.tryAttachment(String.class)).contains("context");
    assertThat(dialled.tryAttachment(Object.class)).contains("context");
    assertThat(dialled.tryAttachment(Integer.class)).isEmpty();
    assertThatThrownBy(() -> dialled.attachment(Integer.class))
        .isInstanceOf(ClassCastException.class);
    dialled.attach(null);
    assertThat(dialled.tryAttachment(String.class)).isEmpty();
  }
}
