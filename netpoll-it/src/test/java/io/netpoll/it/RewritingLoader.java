package io.netpoll.it;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Loads the library once more, with the code of its classes rewritten. Classes of these tests are
 * loaded once more, too, as they are: those that the library's second copy is used by.
 */
public abstract class RewritingLoader extends ClassLoader {
  private static final String LIBRARY = "io.netpoll.";
  private static final String TESTS = "io.netpoll.it.";

  /** The names of the classes that both sides see as one. */
  private final List<String> common;

  protected RewritingLoader(String name, ClassLoader parent, Class<?>... common) {
    super(name, parent);
    this.common = List.of(common).stream().map(Class::getName).toList();
  }

  /**
   * Rewrites a class. Called by whichever thread needs it first, perhaps by several at once.
   *
   * @param name its name, with dots
   * @param bytes its class file
   * @return the class file to load instead
   */
  protected abstract byte[] rewritten(String name, byte[] bytes) throws IOException;

  /** The class file of a class of the library as it was built, by its name with dots. */
  protected final byte[] original(String name) throws IOException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new IOException("There is no class " + name + ".");
      }
      return in.readAllBytes();
    }
  }

  @Override
  protected final Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(LIBRARY) || common.contains(name)) {
      return super.loadClass(name, resolve);
    }
    Class<?> known = findLoadedClass(name);
    if (known != null) {
      return known;
    }
    try {
      return define(name);
    } catch (LinkageError anotherThreadWasFaster) {
      Class<?> defined = findLoadedClass(name);
      if (defined == null) {
        throw anotherThreadWasFaster;
      }
      return defined;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try {
      byte[] bytes = original(name);
      byte[] defined = name.startsWith(TESTS) ? bytes : rewritten(name, bytes);
      return defineClass(name, defined, 0, defined.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
