package io.netpoll.examples.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Reader;
import io.netpoll.examples.Fuzz;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Commands with errors: a word, a protocol error, or the end, and nothing else comes of them. */
class RespFuzzTest {
  private static final int MOST_COMMANDS = 1 << 16;
  private static final List<String> WORDS =
      List.of("SET", "GET", "key", "", "a value with blanks", "-1", "12345", "\u00ff\r\n\0");

  private static byte[] commands(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      if (random.nextInt(3) == 0) {
        text.append("SET key \"a \\x41 value\" 'it\\'s'").append(random.nextInt()).append("\r\n");
      } else {
        appendArray(text, random);
      }
    }
    return text.toString().getBytes(ISO_8859_1);
  }

  private static void appendArray(StringBuilder text, Random random) {
    int count = random.nextInt(4);
    text.append('*').append(count).append("\r\n");
    for (int i = 0; i < count; i++) {
      String word = WORDS.get(random.nextInt(WORDS.size()));
      text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
  }

  private static List<String> parse(Reader in) throws IOException {
    CommandReader commands = new CommandReader(in);
    List<String> seen = new ArrayList<>();
    try {
      while (true) {
        assertThat(seen.size()).as("commands of so few bytes").isLessThan(MOST_COMMANDS);
        seen.add(commands.next().toString());
        in.release();
      }
    } catch (ProtocolException refused) {
      seen.add(refused.getMessage());
    } catch (EOFException end) {
      seen.add("the end");
    }
    return seen;
  }

  @Property(tries = 100)
  void whateverComes_andHoweverItIsCut_theSameIsUnderstood(@ForAll Random random)
      throws IOException {
    Fuzz.check(Fuzz.mutated(commands(random), random), RespFuzzTest::parse);
  }

  @Example
  void announcedSizesTakeNoMemory() throws IOException {
    for (String announced : List.of("*1048576\r\n$536870912\r\n", "*1\r\n$536870912\r\nabc")) {
      Fuzz.check(announced.getBytes(ISO_8859_1), RespFuzzTest::parse);
    }
  }
}
