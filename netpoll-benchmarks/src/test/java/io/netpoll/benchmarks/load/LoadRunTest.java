package io.netpoll.benchmarks.load;

import static io.netpoll.benchmarks.load.ScriptedServer.read;
import static io.netpoll.benchmarks.load.ScriptedServer.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Service;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The load, against a server that does what each test wants. */
@Timeout(60)
class LoadRunTest {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final int BATCH = 20;

  private ScriptedServer server;

  @BeforeEach
  void listen() throws IOException {
    server = new ScriptedServer();
  }

  @AfterEach
  void end() throws Exception {
    server.end();
  }

  @ParameterizedTest
  @EnumSource
  void slices_eachBeginAtAStandstill_andCountOnlyTheirOwn(Turn turn) throws IOException {
    server.serve(LoadRunTest::answerAll);
    LoadPlan plan = new LoadPlan(4, 4, turn, 16, 1000, 0, Service.RPC, false, false);
    try (LoadRun run = new LoadRun(server.address(), plan)) {
      LoadResult first = slice(run);
      long counted = first.latencies().getTotalCount();
      for (int i = 0; i < 5; i++) {
        assertThat(slice(run).latencies().getTotalCount()).isPositive();
      }
      assertThat(first.latencies().getTotalCount()).isEqualTo(counted);
    }
  }

  @ParameterizedTest
  @EnumSource
  void answers_areCounted(Turn turn) throws IOException {
    server.serve(LoadRunTest::answerAll);
    int inFlight = turn == Turn.FRESH ? 5 : 3;
    LoadResult result =
        run(new LoadPlan(5, inFlight, turn, 12, 5000, 0, Service.RPC, false, false));
    assertThat(result.rate()).isPositive();
    assertThat(result.bytesPerSecond()).isBetween(12 * result.rate(), 5000 * result.rate());
    assertThat(result.toString()).startsWith("rate=");
  }

  @Test
  void atARate_requestsAreMadeAndCountFromWhenTheyAreDue_whetherAnswersComeOrNot()
      throws IOException {
    server.serve(LoadRunTest::answerInBatches);
    LoadResult result =
        run(new LoadPlan(1, 0, Turn.OWN, 100, 100, 1000, Service.RPC, false, false));
    assertThat(result.micros(100)).isGreaterThan((BATCH - 2) * 1000);
  }

  @Test
  void aLoadBesideAnother_isCountedApart() throws IOException {
    server.serve(LoadRunTest::answerAll);
    LoadPlan beside = new LoadPlan(2, 2, Turn.OWN, 50, 50, 0, Service.RPC, false, false);
    LoadResult result =
        untilAnswered(
            duration -> measure(one().withoutWork().at(1000), beside, duration),
            some -> some.latencies().getTotalCount() > 0 && some.besideRate() > 0);
    assertThat(result.bytes()).isEqualTo(100 * result.latencies().getTotalCount());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void requestsSay_whetherTheyDoWork(boolean light) throws IOException {
    server.serve(
        (in, out) -> {
          Message request = read(in);
          while (request.isLight() == light) { // else it ends the connection, and fails the run
            write(out, request.answer());
            request = read(in);
          }
        });
    LoadResult result = run(light ? one().withoutWork() : one());
    assertThat(result.rate()).isPositive();
  }

  @Test
  void aWrongByte_failsTheRun() throws IOException {
    server.serve(LoadRunTest::answerWrongly);
    assertThatThrownBy(() -> run(one())).hasMessageContaining("not that of any request");
  }

  @Test
  void aSecondAnswer_failsTheRun() throws IOException {
    server.serve(LoadRunTest::answerTwice);
    assertThatThrownBy(() -> run(one())).hasMessageContaining("second answer");
  }

  @Test
  void anEndOfTheConnection_failsTheRun() throws IOException {
    server.serve((in, out) -> {});
    assertThatThrownBy(() -> run(one())).isInstanceOf(IOException.class);
  }

  @Test
  void answersInAnotherOrder_areAllKnown() throws IOException {
    Outstanding outstanding = new Outstanding();
    for (int i = 0; i < 100; i++) {
      outstanding.add(i, 1000 + i);
    }
    List<Long> due = new ArrayList<>();
    for (int i = 99; i >= 0; i--) {
      assertThat(outstanding.anyBefore(1001)).isTrue();
      due.add(outstanding.remove(i));
    }
    assertThat(due).hasSize(100).startsWith(1099L).endsWith(1000L);
    assertThat(outstanding.anyBefore(Long.MAX_VALUE)).isFalse();
  }

  @Test
  void plansWithoutSense_areRefused() {
    assertThatThrownBy(() -> new LoadPlan(0, 1, Turn.OWN, 12, 12, 0, Service.ECHO, false, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LoadPlan(1, 1, Turn.OWN, 11, 12, 0, Service.ECHO, false, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new LoadPlan(2, 3, Turn.ROTATING, 12, 12, 0, Service.ECHO, false, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LoadPlan(2, 1, Turn.FRESH, 12, 12, 0, Service.ECHO, false, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LoadPlan(1, 1, Turn.OWN, 12, 12, 0, Service.ECHO, true, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> one().at(1000).inPieces())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LoadPlan(1, 2, Turn.OWN, 12, 12, 0, Service.RPC, false, true))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LoadPlan(2, 2, Turn.FRESH, 12, 12, 0, Service.RPC, false, true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void answersInAnotherOrder_areThoseOfTheirRequests() throws IOException {
    server.serve(LoadRunTest::answerBackwards);
    LoadPlan plan = new LoadPlan(2, 2 * BATCH, Turn.OWN, 12, 500, 0, Service.RPC, false, false);
    assertThat(run(plan).rate()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void requestsInTwoPieces_areSentAsAWholeInTheEnd(int connections) throws IOException {
    server.serve(LoadRunTest::answerAll);
    LoadPlan plan =
        new LoadPlan(connections, connections, Turn.OWN, 12, 5000, 0, Service.RPC, false, true);
    try (LoadRun run = new LoadRun(server.address(), plan)) {
      for (int i = 0; i < 3; i++) {
        assertThat(slice(run).rate()).isPositive();
      }
    }
  }

  @Test
  void secondPieces_waitUntilOtherRequestsHaveHadTheirTurn() throws Exception {
    BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
    server.serve((in, out) -> received.add(in.readAllBytes().length));
    LoadPlan plan = new LoadPlan(8, 8, Turn.OWN, 100, 100, 0, Service.RPC, false, true);
    try (LoadRun run = new LoadRun(server.address(), plan)) {
      run.run(Duration.ZERO, SHORT, 0);
    }
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(received.take());
    }
    assertThat(all).containsExactlyInAnyOrder(104, 104, 52, 52, 52, 52, 52, 52);
  }

  private static LoadPlan one() {
    return new LoadPlan(1, 1, Turn.OWN, 100, 100, 0, Service.RPC, false, false);
  }

  /** Measures for a time. */
  private interface Measuring {
    LoadResult measure(Duration measured) throws IOException;
  }

  private LoadResult run(LoadPlan plan) throws IOException {
    return untilAnswered(
        measured -> measure(plan, null, measured),
        result -> result.latencies().getTotalCount() > 0);
  }

  private static LoadResult slice(LoadRun run) throws IOException {
    return untilAnswered(
        measured -> run.slice(SHORT, measured, 0),
        result -> result.latencies().getTotalCount() > 0);
  }

  private static LoadResult untilAnswered(Measuring measuring, Predicate<LoadResult> suffices)
      throws IOException {
    Duration measured = SHORT;
    LoadResult result = measuring.measure(measured);
    while (!suffices.test(result)) { // a busy machine needs longer
      measured = measured.multipliedBy(2);
      result = measuring.measure(measured);
    }
    return result;
  }

  private LoadResult measure(LoadPlan plan, @Nullable LoadPlan beside, Duration measured)
      throws IOException {
    try (LoadRun run = new LoadRun(server.address(), plan, beside)) {
      return run.run(SHORT, measured, ProcessHandle.current().pid());
    }
  }

  private static void answerAll(DataInputStream in, DataOutputStream out) throws IOException {
    while (true) {
      write(out, read(in).answer());
    }
  }

  private static void answerInBatches(DataInputStream in, DataOutputStream out) throws IOException {
    while (true) {
      for (Message request : readBatch(in)) {
        write(out, request.answer());
      }
    }
  }

  private static void answerBackwards(DataInputStream in, DataOutputStream out) throws IOException {
    while (true) {
      List<Message> batch = readBatch(in);
      Collections.reverse(batch);
      for (Message request : batch) {
        write(out, request.answer());
      }
    }
  }

  private static List<Message> readBatch(DataInputStream in) throws IOException {
    List<Message> batch = new ArrayList<>();
    while (batch.size() < BATCH) {
      batch.add(read(in));
    }
    return batch;
  }

  private static void answerWrongly(DataInputStream in, DataOutputStream out) throws IOException {
    Message answer = read(in).answer();
    answer.body()[7] ^= 1;
    write(out, answer);
    in.read();
  }

  private static void answerTwice(DataInputStream in, DataOutputStream out) throws IOException {
    Message answer = read(in).answer();
    write(out, answer);
    write(out, answer);
    in.read();
  }
}
