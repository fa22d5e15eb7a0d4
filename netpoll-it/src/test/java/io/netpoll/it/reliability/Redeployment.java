package io.netpoll.it.reliability;

import io.netpoll.testkit.Eventually;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A container: loads an application with a class loader of its own, lets it run, and drops it.
 * Prints what the application reports, and what is left of it.
 */
final class Redeployment {
  /** The container has the library, and the application uses the group that is never closed. */
  static final String SHARED_GROUP = "with its shared group";

  private Redeployment() {}

  /** A loader that loads classes of the application itself, and asks its parent for all others. */
  private static final class ApplicationLoader extends URLClassLoader {
    private static final String PREFIX = RedeployedApplication.class.getName();

    ApplicationLoader(URL[] path, ClassLoader parent) {
      super(path, parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith(PREFIX)) {
        Class<?> known = findLoadedClass(name);
        return known == null ? findClass(name) : known;
      }
      return super.loadClass(name, resolve);
    }
  }

  public static void main(String[] arguments) throws Exception {
    WeakReference<ClassLoader> loader = run(arguments[0], arguments[1], arguments[2]);
    Eventually.passes(
        Duration.ofSeconds(20),
        () -> {
          System.gc();
          if (!loader.refersTo(null)) {
            throw new AssertionError("The application's class loader is still there: " + threads());
          }
        });
    System.out.println("collected");
    if (!arguments[2].equals(SHARED_GROUP)) {
      Eventually.holds("the library's threads have ended", () -> threads().isEmpty());
    }
    System.out.println("threads have ended");
    System.exit(0);
  }

  private static WeakReference<ClassLoader> run(String backend, String execution, String library)
      throws Exception {
    ClassLoader loader =
        switch (library) {
          case "shared", SHARED_GROUP ->
              new ApplicationLoader(path(all()), Redeployment.class.getClassLoader());
          case "inside" -> inside("/jffi-");
          default -> inside("/jffi-", "/netpoll-api");
        };
    Thread.currentThread().setContextClassLoader(loader);
    Callable<?> application =
        (Callable<?>)
            Class.forName(RedeployedApplication.class.getName(), true, loader)
                .getConstructor(String.class, String.class, boolean.class)
                .newInstance(backend, execution, library.equals(SHARED_GROUP));
    ((List<?>) application.call()).forEach(System.out::println);
    Thread.currentThread().setContextClassLoader(Redeployment.class.getClassLoader());
    return new WeakReference<>(loader);
  }

  /**
   * A loader that has everything but what its parent has: the parts of the path with these names.
   * Jffi is always among them: a cleaner of its own holds what it has once made for ever, and with
   * it the loader of jffi.
   */
  private static ClassLoader inside(String... parts) throws MalformedURLException {
    Predicate<String> ofParent = entry -> Stream.of(parts).anyMatch(entry::contains);
    ClassLoader parent = new URLClassLoader(path(ofParent), ClassLoader.getPlatformClassLoader());
    return new URLClassLoader(path(ofParent.negate()), parent);
  }

  private static Predicate<String> all() {
    return entry -> true;
  }

  private static URL[] path(Predicate<String> which) throws MalformedURLException {
    List<URL> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (which.test(entry)) {
        path.add(Path.of(entry).toUri().toURL());
      }
    }
    return path.toArray(URL[]::new);
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("netpoll-"))
        .toList();
  }
}
