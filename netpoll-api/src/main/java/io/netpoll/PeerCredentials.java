package io.netpoll;

/**
 * Who was at the other end of a Unix-domain socket when it was connected, as the system vouches.
 *
 * @param pid the process; 0 if it is in a namespace that this process cannot see
 * @param uid its effective user, 0 to 4294967295
 * @param gid its effective group, 0 to 4294967295
 */
public record PeerCredentials(int pid, long uid, long gid) {}
