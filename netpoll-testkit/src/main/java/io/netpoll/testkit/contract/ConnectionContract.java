package io.netpoll.testkit.contract;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.LeakCheck;
import java.util.OptionalInt;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every backend must do, seen through the public API, in every execution mode that the JDK
 * has. A backend's module extends it and names its provider, which ServiceLoader must find; it
 * needs netpoll-core, netpoll-server and netpoll-client on the test path.
 *
 * <p>Each nested class runs one part, whose source is the class that it extends.
 */
@ExtendWith(LeakCheck.class)
public abstract class ConnectionContract {

  /** Called by JUnit. */
  protected ConnectionContract() {}

  /**
   * The backend.
   *
   * @return an available provider; a new one or the same each time
   */
  protected abstract PollerProvider provider();

  /**
   * Duplicates a descriptor, as {@link PollerContract#duplicate} says.
   *
   * @param descriptor of a socket of this process
   * @return a second one; empty if nobody knows how
   */
  protected OptionalInt duplicate(int descriptor) {
    return OptionalInt.empty();
  }

  @Nested
  class Living extends LifeContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Echoing extends EchoContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Waiting extends WaitContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Flowing extends FlowContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Owning extends MemoryContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Ending extends EndContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Idling extends QuietContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }

    @Override
    OptionalInt duplicate(int descriptor) {
      return ConnectionContract.this.duplicate(descriptor);
    }
  }

  @Nested
  class Limiting extends LimitContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Timing extends TimeContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Serving extends ServeContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Adopting extends AdoptContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class SendingFiles extends FileContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Dialling extends DialContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class CallingBack extends CallbackContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class TakingBack extends TakeBackContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Pooling extends PoolContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }

  @Nested
  class Piping extends PipeContract {
    @Override
    PollerProvider provider() {
      return ConnectionContract.this.provider();
    }
  }
}
