package io.netpoll.testkit.contract;

import io.netpoll.spi.Filter;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.LeakCheck;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
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
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
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
   * The filter that all connections of the contract have.
   *
   * @return makes the filters; null, the default, for none
   */
  protected Filter.@Nullable Factory filter() {
    return null;
  }

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
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Echoing extends EchoContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Waiting extends WaitContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Calling extends CallerContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Flowing extends FlowContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Writing extends WriteContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Owning extends MemoryContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Ending extends EndContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Idling extends QuietContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }

    @Override
    OptionalInt duplicate(int descriptor) {
      return ConnectionContract.this.duplicate(descriptor);
    }
  }

  @Nested
  class Limiting extends LimitContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Timing extends TimeContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Serving extends ServeContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Adopting extends AdoptContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class SendingFiles extends FileContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Dialling extends DialContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class CallingBack extends CallbackContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class TakingBack extends TakeBackContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Pooling extends PoolContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }

  @Nested
  class Piping extends PipeContract {
    @Override
    ConnectionContract contract() {
      return ConnectionContract.this;
    }
  }
}
