package io.netpoll.testkit.contract;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.LeakCheck;
import java.util.OptionalInt;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every backend must do, seen through the SPI: the test itself leads the poller, step by step.
 * A backend's module extends it and names its provider.
 *
 * <p>Each nested class runs one part, whose source is the class that it extends.
 */
@ExtendWith(LeakCheck.class)
public abstract class PollerContract {

  /** Called by JUnit. */
  protected PollerContract() {}

  /**
   * The backend.
   *
   * @return an available provider; a new one or the same each time
   */
  protected abstract PollerProvider provider();

  /**
   * Duplicates a descriptor, which then stands for that of another process that shares the socket,
   * as one does that was started with it.
   *
   * @param descriptor of a socket of this process
   * @return a second one, which the backend gets to adopt; empty if nobody knows how, as by
   *     default: then the tests with shared sockets are skipped
   */
  protected OptionalInt duplicate(int descriptor) {
    return OptionalInt.empty();
  }

  @Nested
  class Providing extends ProviderContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class Polling extends PollingContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class Accepting extends AcceptContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class Connecting extends ConnectContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class Reading extends ReadContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class Receiving extends ReceiveContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class AwaitingInput extends InputWaitContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class EndOfInput extends EndOfInputContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class Sending extends SendContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class Token extends TokenContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class Closing extends CloseContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class Detaching extends DetachContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class Resting extends RestContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }

    @Override
    OptionalInt duplicate(int descriptor) {
      return PollerContract.this.duplicate(descriptor);
    }
  }

  @Nested
  class Reusing extends ReuseContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class SettingOptions extends OptionContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }

  @Nested
  class Exhausting extends ExhaustionContract {
    @Override
    PollerProvider provider() {
      return PollerContract.this.provider();
    }
  }
}
