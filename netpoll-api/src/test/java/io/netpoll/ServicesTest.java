package io.netpoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.internal.ServiceLookupTest;
import io.netpoll.spi.ClientProvider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of applications that bring implementations for an API that they share. */
@Timeout(60)
class ServicesTest {
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();

  @TempDir private Path directory;

  /** An application's own. */
  public static final class Own extends ServiceLookupTest.Empty {}

  /** Loads {@link Own} itself, and all else by its parent. */
  private static final class Application extends URLClassLoader {
    Application(URL root) {
      super(new URL[] {root}, ServicesTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.equals(Own.class.getName())) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      try (InputStream bytes = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] all = bytes.readAllBytes();
        return defineClass(name, all, 0, all.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  @BeforeEach
  void nameIt() throws IOException {
    Path file = directory.resolve("META-INF/services").resolve(ClientProvider.class.getName());
    Files.createDirectories(file.getParent());
    Files.writeString(file, Own.class.getName());
  }

  @AfterEach
  void restore() {
    Thread.currentThread().setContextClassLoader(before);
  }

  private Application application() throws IOException {
    Application application = new Application(directory.toUri().toURL());
    Thread.currentThread().setContextClassLoader(application);
    return application;
  }

  private static ClientProvider found() {
    return Services.require(ClientProvider.class, "netpoll-client");
  }

  @Test
  void eachApplicationGetsItsOwn_alwaysTheSame() throws Exception {
    try (Application first = application()) {
      ClientProvider ofFirst = found();
      assertThat(ofFirst.getClass().getClassLoader()).isSameAs(first);
      System.gc();
      assertThat(found()).isSameAs(ofFirst);
      try (Application second = application()) {
        assertThat(found().getClass().getClassLoader()).isSameAs(second);
      }
      Thread.currentThread().setContextClassLoader(first);
      assertThat(found()).isSameAs(ofFirst);
    }
  }

  @Test
  void anApplicationThatIsTakenOut_isCollected() throws Exception {
    WeakReference<Application> gone = useAndTakeOut();
    while (gone.get() != null) { // bounded by the time limit of the class
      System.gc();
      LockSupport.parkNanos(10_000_000);
    }
    assertThat(gone.get()).isNull();
  }

  private WeakReference<Application> useAndTakeOut() throws IOException {
    try (Application application = application()) {
      assertThat(found().getClass().getClassLoader()).isSameAs(application);
      return new WeakReference<>(application);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
