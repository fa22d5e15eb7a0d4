package io.netpoll.testkit;

import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The backend of a {@link PollCheck}: another one, whose pollers are counted. ServiceLoader finds
 * it, since engines look there; it is available only while a check builds a group on its thread.
 */
public final class CountedProvider extends ForwardingProvider {
  private static final String NAME = "counted";

  /** What the calling thread builds a group with. */
  private static final ThreadLocal<PollCheck> BUILDING = new ThreadLocal<>();

  private final @Nullable PollCheck check;

  /** Called by {@link java.util.ServiceLoader}. */
  public CountedProvider() {
    check = BUILDING.get();
  }

  /** Makes a group on the backend of a check. */
  static PollerGroup build(PollCheck check, PollerGroup.Builder group)
      throws PollerUnavailableException {
    BUILDING.set(check);
    try {
      return group.backend(new CountedProvider().name()).build();
    } finally {
      BUILDING.remove();
    }
  }

  @Override
  protected PollerProvider backend() {
    return check().backend();
  }

  private PollCheck check() {
    PollCheck known = check;
    if (known == null) {
      throw new IllegalStateException(
          "The counted backend is there for groups that are built by PollCheck.build.");
    }
    return known;
  }

  /**
   * A name that no other backend has.
   *
   * @return {@code counted}, with the name of the backend that is counted
   */
  @Override
  public String name() {
    return check == null ? NAME : NAME + "-" + backend().name();
  }

  @Override
  public int priority() {
    return Integer.MIN_VALUE;
  }

  @Override
  public Availability availability() {
    return check == null
        ? Availability.no("It is there for groups that are built by PollCheck.build.")
        : backend().availability();
  }

  @Override
  public Poller open(PageSource pages) throws IOException {
    return check().open(pages);
  }
}
