package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The rooms of the engine, as docs/design.md draws them: each knows only those after it. */
class RoomsTest {
  private static final String CORE = "io.netpoll.core.";
  private static final List<String> ROOMS = List.of("group", "connection", "execution", "loop");

  private static final JavaClasses CLASSES = LayersTest.read("core");

  private static String room(JavaClass some) {
    String name = some.getPackageName();
    return name.startsWith(CORE) ? name.substring(CORE.length()) : "";
  }

  @Test
  void everyClassOfTheEngine_isInARoom() {
    assertThat(CLASSES).isNotEmpty().allMatch(each -> ROOMS.contains(room(each)));
  }

  @Test
  void aRoom_knowsOnlyThoseAfterIt() {
    Map<String, Set<String>> known = new TreeMap<>(Comparator.comparingInt(ROOMS::indexOf));
    Set<String> back = new TreeSet<>();
    for (JavaClass each : CLASSES) {
      for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
        String from = room(each);
        String to = room(dependency.getTargetClass());
        if (!to.isEmpty() && !to.equals(from)) {
          known.computeIfAbsent(from, none -> new TreeSet<>()).add(to);
          if (ROOMS.indexOf(to) < ROOMS.indexOf(from)) {
            back.add(dependency.getDescription());
          }
        }
      }
    }
    System.out.println("rooms of the engine: " + known);
    assertThat(back).isEmpty();
    assertThat(known.keySet())
        .as("what looks at rooms at all")
        .contains("group", "connection", "execution");
  }
}
