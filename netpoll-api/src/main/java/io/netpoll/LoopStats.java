package io.netpoll;

/**
 * What one poll loop has done since it was started, and how many connections it watches now. The
 * counts never fall; they are read one after the other while the loop works on, so that two of them
 * may be some events apart.
 *
 * @param number which of the group's loops, counted from 0 in the order in which they were made;
 *     not given to another one when this loop has ended
 * @param connections how many are open now, those included that are on their way to this loop
 * @param opened connections that came here: accepted, dialled or adopted
 * @param polls calls of the poller
 * @param reads reads that brought bytes for a connection's reader or pipe
 * @param bytesRead bytes that these brought
 * @param writes writes that the system took bytes of; one may take those of many flushes
 * @param bytesWritten bytes that it took
 */
public record LoopStats(
    int number,
    int connections,
    long opened,
    long polls,
    long reads,
    long bytesRead,
    long writes,
    long bytesWritten) {}
