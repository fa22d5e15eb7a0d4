package io.netpoll.examples.top;

import io.netpoll.EventLoop;
import io.netpoll.LinkBuffer;
import io.netpoll.PollerGroup;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Takes snapshots of a server in this process, on any thread. Nothing it reads waits for the
 * server, so that it tells about one that hangs, too.
 *
 * @param name of the server command
 * @param server what serves
 * @param group where it serves
 */
public record Probe(String name, EventLoop server, PollerGroup group) {

  Snapshot snapshot() {
    return new Snapshot(
        process(),
        ManagementFactory.getRuntimeMXBean().getUptime(),
        server.refusals().total(),
        ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis(),
        ManagementFactory.getThreadMXBean().getThreadCount(),
        memory(),
        group.loopStats());
  }

  private Snapshot.Process process() {
    return new Snapshot.Process(
        name,
        ProcessHandle.current().pid(),
        group.backend(),
        group.execution().toString(),
        Runtime.getRuntime().availableProcessors());
  }

  private static Snapshot.Memory memory() {
    Runtime runtime = Runtime.getRuntime();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return new Snapshot.Memory(
        runtime.totalMemory() - runtime.freeMemory(),
        runtime.maxMemory(),
        direct,
        LinkBuffer.memory());
  }
}
