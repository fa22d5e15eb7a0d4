package io.netpoll.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.ConnectionPool;
import io.netpoll.Dialer;
import io.netpoll.ShardQueue;
import io.netpoll.spi.ClientProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a look-up finds among implementations of which some cannot be loaded. */
public class ServiceLookupTest {
  private static final String SERVICE = ClientProvider.class.getName();

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();

  @TempDir private Path directory;

  @AfterEach
  void restore() {
    Thread.currentThread().setContextClassLoader(before);
  }

  /** An implementation that does nothing. */
  public abstract static class Empty implements ClientProvider {
    @Override
    public Dialer.Builder dialer() {
      throw new AssertionError();
    }

    @Override
    public ShardQueue.Builder shardQueue(Connection connection) {
      throw new AssertionError();
    }

    @Override
    public ConnectionPool.Builder connectionPool(String network, String address) {
      throw new AssertionError();
    }
  }

  /** Can be loaded. */
  public static final class Good extends Empty {}

  /** Can be loaded, too. */
  public static final class Better extends Empty {}

  /** Its constructor throws. */
  public static final class Throwing extends Empty {
    public Throwing() {
      throw new IllegalStateException("no flux");
    }
  }

  /** Cannot be initialised. */
  public static final class Unlinked extends Empty {
    private static final Object LOST = lose();

    private static Object lose() {
      throw new NoClassDefFoundError("com/acme/Lost");
    }

    public Object lost() {
      return LOST;
    }
  }

  /** Is no implementation. */
  public static final class Stranger {}

  /** A class loader that has service files, each with these lines, beside those of this test. */
  private URLClassLoader path(List<List<String>> files) throws IOException {
    List<URL> urls = new ArrayList<>();
    for (List<String> lines : files) {
      Path root = directory.resolve("path" + urls.size());
      Path file = root.resolve("META-INF/services").resolve(SERVICE);
      Files.createDirectories(file.getParent());
      Files.write(file, lines);
      urls.add(root.toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), getClass().getClassLoader());
  }

  private static List<Class<?>> classes(List<? extends ClientProvider> found) {
    List<Class<?>> classes = new ArrayList<>();
    found.forEach(each -> classes.add(each.getClass()));
    return classes;
  }

  @Test
  void eachBrokenOneIsLeftOut_andTheOthersAreFound() throws Exception {
    List<List<String>> files =
        List.of(
            List.of(
                "com.acme.Absent",
                Throwing.class.getName(),
                Good.class.getName(),
                Unlinked.class.getName()),
            List.of("two words are malformed", Good.class.getName()),
            List.of(Stranger.class.getName(), "com.acme.Absent2", Better.class.getName()));
    try (URLClassLoader loader = path(files);
        Logged logged = new Logged("io.netpoll.services")) {
      Thread.currentThread().setContextClassLoader(loader);

      ServiceLookup<ClientProvider> lookup = lookup();
      assertThat(classes(lookup.all())).containsExactly(Good.class, Better.class);
      assertThat(lookup.failures()).hasSize(6);
      assertThat(logged.lines())
          .hasSize(6)
          .allMatch(line -> line.startsWith("WARNING: An implementation of " + SERVICE))
          .anyMatch(line -> line.contains("com.acme.Absent not found"))
          .anyMatch(line -> line.contains("com.acme.Absent2 not found"))
          .anyMatch(line -> line.contains("path1/META-INF"))
          .anyMatch(line -> line.contains(Stranger.class.getName()))
          .anyMatch(line -> line.contains("no flux"))
          .anyMatch(line -> line.contains("com/acme/Lost"));

      assertThat(lookup().first()).isInstanceOf(Good.class);
      assertThat(classes(lookup().all())).containsExactly(Good.class, Better.class);
      assertThat(logged.lines()).as("each fault is logged once").hasSize(6);
    }
  }

  @Test
  void aLoaderThatAlwaysFails_endsTheLookUp() {
    Thread.currentThread()
        .setContextClassLoader(
            new ClassLoader() {
              @Override
              public Enumeration<URL> getResources(String name) throws IOException {
                throw new IOException("the disk is gone");
              }
            });
    try (Logged logged = new Logged("io.netpoll.services")) {
      assertThat(lookup().first()).isNull();
      assertThat(logged.lines()).hasSize(1).first().asString().contains("the disk is gone");
    }
  }

  private static ServiceLookup<ClientProvider> lookup() {
    return new ServiceLookup<>(ClientProvider.class, ServiceLookupTest.class);
  }
}
