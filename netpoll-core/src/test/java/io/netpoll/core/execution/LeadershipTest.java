package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The leadership of a loop under every interleaving of its parties: the leader that calls user
 * code, passes the loop on and returns; the watch-dog that takes over; and those who lead next and
 * do the same. Each party is a list of atomic steps on the real word; every merge of the lists is
 * executed.
 */
class LeadershipTest {
  private static final int FIRST = 1;
  private static final int HANDED = 2;
  private static final int TAKEN = 3;
  private static final int TAKEN_AGAIN = 4;

  /** One execution: who believes to lead, and how often the loop was passed on. */
  private static final class World {
    final Leadership leadership = new Leadership();
    final boolean[] leads = new boolean[5];
    final long[] entered = new long[5];
    final boolean[] inUserCode = new boolean[5];
    long watched;
    boolean tookOver;
    int exits;
    int entries;

    World() {
      leadership.begin(FIRST);
      leads[FIRST] = true;
    }

    void enter(int who) {
      if (leads[who] && !inUserCode[who]) {
        entered[who] = leadership.enter();
        inUserCode[who] = true;
        entries++;
      }
    }

    void passOn(int who, int next) {
      if (inUserCode[who] && leadership.passTo(entered[who], next)) {
        leads[who] = false;
        leads[next] = true;
        exits++;
      }
    }

    void leave(int who) {
      if (inUserCode[who]) {
        inUserCode[who] = false;
        if (leadership.leave(entered[who])) {
          exits++;
        } else {
          leads[who] = false;
        }
      }
    }

    void firstTick() {
      watched = leadership.seen();
    }

    void secondTick() {
      long seen = leadership.seen();
      int next = leads[TAKEN] || tookOver ? TAKEN_AGAIN : TAKEN; // always a thread that is idle
      if (seen == watched && leadership.passTo(seen, next)) {
        tookOver = true;
        // The preempted leader learns it when it leaves.
        for (int who = 1; who < leads.length; who++) {
          if (inUserCode[who] && entered[who] == seen) {
            leads[who] = false;
          }
        }
        leads[next] = true;
        exits++;
      }
    }

    void check(List<String> schedule) {
      int leaders = 0;
      int working = 0;
      for (int who = 1; who < leads.length; who++) {
        leaders += leads[who] ? 1 : 0;
        working += leadership.isLeading(who) ? 1 : 0;
        if (leadership.isLeading(who) && !leads[who]) {
          throw new AssertionError(who + " must not lead after " + schedule);
        }
      }
      int open = entries - exits;
      // Seven million looks: an assertion that describes itself each time takes most of the time.
      if (leaders != 1 || working > 1 || open < 0 || open > 1) {
        throw new AssertionError(
            leaders + " lead, " + working + " work, " + open + " calls open after " + schedule);
      }
    }
  }

  private record Step(String name, java.util.function.Consumer<World> action) {}

  private static Step step(String name, java.util.function.Consumer<World> action) {
    return new Step(name, action);
  }

  private int executed;

  @Test
  void thereIsAlwaysExactlyOneLeader_whateverTheInterleaving() {
    List<List<Step>> parties =
        List.of(
            List.of(
                step("enter", w -> w.enter(FIRST)),
                step("hand over", w -> w.passOn(FIRST, HANDED)),
                step("return", w -> w.leave(FIRST)),
                step("enter again", w -> w.enter(FIRST)),
                step("return again", w -> w.leave(FIRST))),
            List.of(
                step("tick", World::firstTick),
                step("tock", World::secondTick),
                step("tick 2", World::firstTick),
                step("tock 2", World::secondTick)),
            List.of(
                step("next enters", w -> w.enter(HANDED)),
                step("next returns", w -> w.leave(HANDED))),
            List.of(
                step("other enters", w -> w.enter(TAKEN)),
                step("other returns", w -> w.leave(TAKEN))));
    explore(parties, new int[parties.size()], new ArrayList<>());
    assertThat(executed).isEqualTo(540_540); // 13! / (5! 4! 2! 2!)
  }

  private void explore(List<List<Step>> parties, int[] at, List<int[]> path) {
    boolean complete = true;
    for (int party = 0; party < at.length; party++) {
      if (at[party] < parties.get(party).size()) {
        complete = false;
        path.add(new int[] {party, at[party]++});
        explore(parties, at, path);
        at[party]--;
        path.remove(path.size() - 1);
      }
    }
    if (complete) {
      execute(parties, path);
    }
  }

  private void execute(List<List<Step>> parties, List<int[]> path) {
    executed++;
    World world = new World();
    List<String> schedule = new ArrayList<>();
    for (int[] choice : path) {
      Step step = parties.get(choice[0]).get(choice[1]);
      step.action.accept(world);
      schedule.add(step.name);
      world.check(schedule);
    }
  }
}
