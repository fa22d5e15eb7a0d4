/**
 * The contract that every poller backend must pass.
 *
 * <p>A backend's module runs it by naming its provider, with netpoll-core, netpoll-server and
 * netpoll-client on the test path:
 *
 * <pre>
 * class MyPollerContractTest extends PollerContract {
 *   &#64;Override
 *   protected PollerProvider provider() {
 *     return new MyPollerProvider();
 *   }
 * }
 *
 * class MyConnectionContractTest extends ConnectionContract {
 *   &#64;Override
 *   protected PollerProvider provider() {
 *     return new MyPollerProvider();
 *   }
 * }
 * </pre>
 *
 * {@link io.netpoll.testkit.contract.PollerContract} drives a poller step by step through the SPI;
 * {@link io.netpoll.testkit.contract.ConnectionContract} looks at it through the public API, in
 * every execution mode. What a backend declares absent, Unix-domain sockets or an option for
 * example, is skipped with a sentence that names it.
 *
 * <p>{@link io.netpoll.testkit.contract.PollerStage} and the recording classes beside it also serve
 * a backend's own tests.
 */
@NullMarked
package io.netpoll.testkit.contract;

import org.jspecify.annotations.NullMarked;
