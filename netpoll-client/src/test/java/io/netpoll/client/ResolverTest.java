package io.netpoll.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.HostResolver;
import io.netpoll.core.execution.VirtualThreads;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.LeakCheck;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Look-ups that hang, and those that must not wait for them. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class ResolverTest {
  private static final int MANY = 200;

  /** Ends what hangs. */
  private final CountDownLatch end = new CountDownLatch(1);

  private final Map<String, AtomicInteger> begun = new ConcurrentHashMap<>();
  private final AtomicInteger interrupts = new AtomicInteger();

  /** As the system's resolver does: an interrupt is of no use. */
  private final HostResolver hanging =
      host -> {
        count(host);
        for (boolean ended = false; !ended; ) {
          try {
            end.await();
            ended = true;
          } catch (InterruptedException e) {
            interrupts.incrementAndGet();
          }
        }
        throw new UnknownHostException(host);
      };

  private final HostResolver working =
      host -> {
        count(host);
        return List.of(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
      };

  private void count(String host) {
    begun.computeIfAbsent(host, name -> new AtomicInteger()).incrementAndGet();
  }

  private int begun(String host) {
    AtomicInteger count = begun.get(host);
    return count == null ? 0 : count.get();
  }

  @AfterEach
  void release() {
    end.countDown();
  }

  /** A look-up, and its answer. */
  private static final class Asked implements Resolver.Answer {
    final CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
    final CompletableFuture<Thread> thread = new CompletableFuture<>();
    final Resolver.LookUp lookUp;

    Asked(Resolver resolver, HostResolver with, String host) {
      lookUp = resolver.start(with, host, this);
    }

    @Override
    public void found(List<InetAddress> addresses, Throwable failure) {
      thread.complete(Thread.currentThread());
      if (addresses != null) {
        answer.complete(addresses);
      } else {
        answer.completeExceptionally(failure);
      }
    }

    void awaitAnswer() throws Exception {
      assertThat(answer.get(30, TimeUnit.SECONDS)).hasSize(1);
    }
  }

  private void awaitBegun(String host, int times) {
    Eventually.holds(host + " is asked for", () -> begun(host) == times);
  }

  @Test
  void asManyRunAsThereAre() throws Exception {
    Resolver resolver = new Resolver(MANY + 1);
    for (int i = 0; i < MANY; i++) {
      new Asked(resolver, hanging, "hanging" + i);
    }
    new Asked(resolver, working, "working").awaitAnswer();
    for (int i = 0; i < MANY; i++) {
      awaitBegun("hanging" + i, 1);
    }
  }

  @Test
  void beyondTheBoundTheyWait_inTheirOrder() throws Exception {
    Resolver resolver = new Resolver(2);
    CountDownLatch first = new CountDownLatch(1);
    HostResolver untilFirst =
        host -> {
          first.await();
          return working.resolve(host);
        };
    Asked one = new Asked(resolver, untilFirst, "one");
    new Asked(resolver, hanging, "hanging");
    Asked two = new Asked(resolver, working, "two");
    Asked given = new Asked(resolver, working, "given up");
    Asked three = new Asked(resolver, working, "three");
    given.lookUp.giveUp();
    awaitBegun("hanging", 1);
    assertThat(begun("two")).isZero();
    first.countDown();
    one.awaitAnswer();
    two.awaitAnswer();
    three.awaitAnswer();
    assertThat(begun("given up")).isZero();
    assertThat(given.answer).isNotDone();
  }

  @Test
  void oneThatIsAbandonedLeavesItsPlaceToOtherHosts_thoughItHangs() throws Exception {
    Resolver resolver = new Resolver(2);
    List<Asked> hung =
        List.of(new Asked(resolver, hanging, "one"), new Asked(resolver, hanging, "two"));
    Asked waiting = new Asked(resolver, working, "three");
    awaitBegun("one", 1);
    awaitBegun("two", 1);
    assertThat(waiting.answer).isNotDone();
    hung.forEach(asked -> asked.lookUp.giveUp());
    waiting.awaitAnswer();
    new Asked(resolver, working, "four").awaitAnswer();
    Eventually.holds("both were interrupted", () -> interrupts.get() == 2);
    end.countDown();
    new Asked(resolver, working, "five").awaitAnswer();
    assertThat(hung).allSatisfy(asked -> assertThat(asked.answer).isNotDone());
  }

  @Test
  void aHostThatHangsHasNoMoreThreadsThanTheBound() throws Exception {
    Resolver resolver = new Resolver(3);
    List<Asked> dead = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      Asked asked = new Asked(resolver, hanging, "dead");
      dead.add(asked);
      if (i < 3) {
        awaitBegun("dead", i + 1);
      }
      asked.lookUp.giveUp();
    }
    Asked last = new Asked(resolver, working, "dead");
    new Asked(resolver, working, "alive").awaitAnswer();
    assertThat(begun("dead")).isEqualTo(3);
    assertThat(last.answer).isNotDone();
    end.countDown();
    last.awaitAnswer();
    assertThat(dead).allSatisfy(asked -> assertThat(asked.answer).isNotDone());
  }

  @Test
  void anInterruptReachesNoLaterLookUp() throws Exception {
    Resolver resolver = new Resolver(1);
    for (int i = 0; i < MANY; i++) {
      Asked given = new Asked(resolver, working, "given up");
      Asked next =
          new Asked(
              resolver,
              host -> {
                if (Thread.interrupted()) {
                  throw new InterruptedException();
                }
                return working.resolve(host);
              },
              "next");
      given.lookUp.giveUp();
      next.awaitAnswer();
    }
  }

  @Test
  void anAnswerThatFailsKeepsNobodyWaiting() throws Exception {
    Resolver resolver = new Resolver(1);
    CountDownLatch queued = new CountDownLatch(1);
    resolver.start(
        host -> {
          queued.await();
          return working.resolve(host);
        },
        "broken",
        (addresses, failure) -> {
          Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {});
          throw new IllegalStateException("provoked by a test");
        });
    Asked next = new Asked(resolver, working, "next");
    queued.countDown();
    next.awaitAnswer();
  }

  @Test
  void theyRunOnVirtualThreadsWhereThereAreSome() throws Exception {
    Asked asked = new Asked(new Resolver(1), working, "somewhere");
    Thread thread = asked.thread.get(30, TimeUnit.SECONDS);
    assertThat(thread.getName()).startsWith("netpoll-resolver-");
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getClass().getName().contains("Virtual")).isEqualTo(VirtualThreads.exist());
  }
}
