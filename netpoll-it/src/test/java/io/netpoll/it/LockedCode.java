package io.netpoll.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * What methods may call while they hold a {@code java.util.concurrent} lock, by their byte code.
 *
 * <p>A lock is held in the body of a {@code try} whose {@code finally} unlocks: the compiler notes
 * which instructions that is. From there calls are followed through all classes that were read: a
 * call of a method of theirs may mean any that overrides it, and a call of a functional interface
 * of theirs any lambda that was made for it. Classes of the JDK are not followed; but a lambda that
 * is handed to one while the lock is held counts as called.
 */
final class LockedCode {
  private static final String LOCK = "java/util/concurrent/locks/";
  private static final Set<String> TAKE = Set.of("lock", "lockInterruptibly", "tryLock");

  /** A method, by the internal name of its class. */
  private record Method(String owner, String name, String descriptor) {
    @Override
    public String toString() {
      return owner.replace('/', '.') + "." + name;
    }
  }

  /** What is called at a place of a method; {@code locked} if that holds a lock there. */
  private record Call(Method target, boolean locked) {}

  private final Map<Method, List<Call>> methods = new LinkedHashMap<>();

  /** The methods that give a lock back in a {@code finally}. */
  private final Set<String> careful = new HashSet<>();

  /** The classes and interfaces that each class that was read extends directly. */
  private final Map<String, List<String>> parents = new HashMap<>();

  private final Map<String, List<String>> children = new HashMap<>();

  /** What lambdas that were made for an interface call. */
  private final Map<String, List<Method>> lambdas = new HashMap<>();

  /** Reads the classes below a folder, or in a jar. */
  void read(Path location) throws IOException {
    if (Files.isDirectory(location)) {
      readTree(location);
      return;
    }
    try (FileSystem jar =
        FileSystems.newFileSystem(URI.create("jar:" + location.toUri()), Map.of())) {
      readTree(jar.getPath("/"));
    }
  }

  private void readTree(Path root) throws IOException {
    List<Path> classes;
    try (Stream<Path> files = Files.walk(root)) {
      classes = files.filter(file -> file.toString().endsWith(".class")).toList();
    }
    for (Path file : classes) {
      try (InputStream bytes = Files.newInputStream(file)) {
        new ClassReader(bytes).accept(new ClassScan(), ClassReader.SKIP_FRAMES);
      }
    }
  }

  /** The methods that take a lock. */
  List<String> takers() {
    return methods.entrySet().stream()
        .filter(each -> each.getValue().stream().anyMatch(call -> isOfLock(call.target(), TAKE)))
        .map(each -> each.getKey().toString())
        .toList();
  }

  /** The methods that take a lock without a {@code finally} that gives it back. */
  List<String> careless() {
    return takers().stream().filter(taker -> !careful.contains(taker)).toList();
  }

  private static boolean isOfLock(Method called, Set<String> names) {
    return called.owner().startsWith(LOCK) && names.contains(called.name());
  }

  /**
   * How a lock is held while one of some methods may be called.
   *
   * @param forbidden those methods, as {@code package/Class.method}
   * @param harmless methods that are not looked into
   * @return a line for each method that holds the lock: the calls on a way from there
   */
  List<String> reached(Set<String> forbidden, Set<String> harmless) {
    List<String> found = new ArrayList<>();
    methods.forEach(
        (holder, calls) -> {
          for (Call call : calls) {
            if (call.locked()) {
              String way = wayTo(forbidden, harmless, call.target());
              if (way != null) {
                found.add(holder + " > " + way);
              }
            }
          }
        });
    return found.stream().distinct().sorted().toList();
  }

  private String wayTo(Set<String> forbidden, Set<String> harmless, Method first) {
    Map<Method, Method> cameFrom = new HashMap<>();
    Deque<Method> open = new ArrayDeque<>();
    cameFrom.put(first, first);
    open.add(first);
    while (!open.isEmpty()) {
      Method next = open.remove();
      String name = next.owner() + "." + next.name();
      if (forbidden.contains(name)) {
        return describe(next, cameFrom);
      }
      if (harmless.contains(name)) {
        continue;
      }
      for (Method body : bodies(next)) {
        for (Call call : methods.get(body)) {
          if (cameFrom.putIfAbsent(call.target(), next) == null) {
            open.add(call.target());
          }
        }
      }
    }
    return null;
  }

  private static String describe(Method last, Map<Method, Method> cameFrom) {
    String way = last.toString();
    for (Method each = last; cameFrom.get(each) != each; ) {
      each = cameFrom.get(each);
      way = each + " > " + way;
    }
    return way;
  }

  /** The methods that a call may mean. */
  private List<Method> bodies(Method called) {
    List<Method> bodies = new ArrayList<>();
    if (!parents.containsKey(called.owner())) {
      return bodies; // of the JDK
    }
    for (String owner = called.owner(); owner != null; owner = superclass(owner)) {
      Method own = new Method(owner, called.name(), called.descriptor());
      if (methods.containsKey(own)) {
        bodies.add(own);
        break;
      }
    }
    addOverriding(called, called.owner(), bodies);
    return bodies;
  }

  private String superclass(String owner) {
    List<String> all = parents.get(owner);
    return all == null ? null : all.get(0);
  }

  private void addOverriding(Method called, String owner, List<Method> bodies) {
    for (String child : children.getOrDefault(owner, List.of())) {
      Method own = new Method(child, called.name(), called.descriptor());
      if (methods.containsKey(own)) {
        bodies.add(own);
      }
      addOverriding(called, child, bodies);
    }
    bodies.addAll(lambdas.getOrDefault(owner + "." + called.name(), List.of()));
  }

  private final class ClassScan extends ClassVisitor {
    private String owner = "";

    ClassScan() {
      super(Opcodes.ASM9);
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        String signature,
        String superName,
        String[] interfaces) {
      owner = name;
      List<String> all = new ArrayList<>();
      all.add(superName);
      all.addAll(List.of(interfaces));
      parents.put(name, all);
      all.forEach(parent -> children.computeIfAbsent(parent, key -> new ArrayList<>()).add(name));
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return (access & Opcodes.ACC_ABSTRACT) != 0
          ? null
          : new MethodScan(new Method(owner, name, descriptor));
    }
  }

  /** Collects the calls of a method with their places, and then tells where a lock is held. */
  private final class MethodScan extends MethodVisitor {
    private record Place(int at, Method target) {}

    private record Try(Label start, Label end, Label handler) {}

    /** A lambda that nobody was seen to take yet. */
    private record Made(String type, Method body) {}

    private final Method method;
    private final List<Place> calls = new ArrayList<>();
    private final List<Try> finallies = new ArrayList<>();
    private final Map<Label, Integer> labels = new HashMap<>();
    private final List<Integer> throwing = new ArrayList<>();
    private final List<Made> made = new ArrayList<>();
    private int at;

    MethodScan(Method method) {
      super(Opcodes.ASM9);
      this.method = method;
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
      if (type == null) {
        finallies.add(new Try(start, end, handler));
      }
    }

    @Override
    public void visitLabel(Label label) {
      labels.put(label, at);
    }

    @Override
    public void visitInsn(int opcode) {
      at++;
      if (opcode == Opcodes.ATHROW) {
        throwing.add(at);
      }
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      at++;
      calls.add(new Place(at, new Method(owner, name, descriptor)));
      for (Type argument : Type.getArgumentTypes(descriptor)) {
        made.removeIf(
            each -> {
              boolean taken = each.type().equals(argument.getDescriptor());
              if (taken && owner.startsWith("java/") && !name.equals("<init>")) {
                calls.add(new Place(at, each.body()));
              }
              return taken;
            });
      }
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      at++;
      if (bootstrap.getOwner().equals("java/lang/invoke/LambdaMetafactory")) {
        Handle handle = (Handle) arguments[1];
        Method body = new Method(handle.getOwner(), handle.getName(), handle.getDesc());
        Type type = Type.getReturnType(descriptor);
        made.add(new Made(type.getDescriptor(), body));
        lambdas
            .computeIfAbsent(type.getInternalName() + "." + name, key -> new ArrayList<>())
            .add(body);
      }
    }

    @Override
    public void visitEnd() {
      List<Try> locked = finallies.stream().filter(this::unlocks).toList();
      if (!locked.isEmpty()) {
        careful.add(method.toString());
      }
      List<Call> all = new ArrayList<>();
      for (Place call : calls) {
        boolean within =
            locked.stream()
                .anyMatch(
                    body ->
                        labels.get(body.start()) < call.at()
                            && call.at() <= labels.get(body.end()));
        all.add(new Call(call.target(), within));
      }
      methods.put(method, all);
    }

    private boolean unlocks(Try body) {
      int from = labels.get(body.handler());
      int to = throwing.stream().filter(place -> place > from).findFirst().orElse(at);
      return calls.stream()
          .anyMatch(
              call ->
                  call.at() > from && call.at() <= to && isOfLock(call.target(), Set.of("unlock")));
    }
  }
}
