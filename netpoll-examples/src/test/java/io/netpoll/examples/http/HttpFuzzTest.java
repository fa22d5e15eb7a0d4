package io.netpoll.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.LinkBuffer;
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

/** Requests with errors: a request, a refusal, or the end, and nothing else comes of them. */
class HttpFuzzTest {
  private static final int PIECE = 64;
  private static final int MOST_STEPS = 1 << 16;
  private static final List<String> REQUESTS =
      List.of(
          "GET /plaintext HTTP/1.1\r\nHost: h\r\n\r\n",
          "HEAD http://h/a%20b?c=d HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
          "PUT /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
          "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n");

  private static byte[] requests(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(3); i >= 0; i--) {
      text.append(REQUESTS.get(random.nextInt(REQUESTS.size())));
    }
    return text.toString().getBytes(ISO_8859_1);
  }

  private static List<String> parse(Reader in) throws IOException {
    LineReader lines = new LineReader(in);
    List<String> seen = new ArrayList<>();
    try {
      while (true) {
        assertThat(seen.size()).as("steps for so few bytes").isLessThan(MOST_STEPS);
        RequestHead head = RequestHead.read(lines);
        seen.add(head.method() + " " + head.target() + " " + head.minor());
        Body body = Framing.announced(head.headers(), head.minor(), in, lines);
        if (body != null) {
          seen.add(content(body));
        }
        in.release();
      }
    } catch (HttpException refused) {
      seen.add(refused.status() + " " + refused.getMessage());
    } catch (EOFException end) {
      seen.add("the end");
    }
    return seen;
  }

  private static String content(Body body) throws IOException, HttpException {
    StringBuilder content = new StringBuilder();
    for (LinkBuffer piece = body.next(PIECE); piece != null; piece = body.next(PIECE)) {
      content.append(piece.readString(piece.length(), ISO_8859_1));
      piece.close();
    }
    return content.toString();
  }

  @Property(tries = 100)
  void whateverComes_andHoweverItIsCut_theSameIsUnderstood(@ForAll Random random)
      throws IOException {
    Fuzz.check(Fuzz.mutated(requests(random), random), HttpFuzzTest::parse);
  }

  @Example
  void announcedSizesTakeNoMemory() throws IOException {
    String post = "POST /echo HTTP/1.1\r\nHost: h\r\n";
    for (String announced :
        List.of(
            post + "Content-Length: 999999999999999999\r\n\r\nhello",
            post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\nhello")) {
      Fuzz.check(announced.getBytes(ISO_8859_1), HttpFuzzTest::parse);
    }
  }
}
