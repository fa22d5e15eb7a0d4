/**
 * What the modules of this library share: how they find each other, and what backends need alike.
 * Exported to them alone; it changes without notice.
 */
@NullMarked
package io.netpoll.internal;

import org.jspecify.annotations.NullMarked;
