"""Becomes another program that ends when the one who started it ends, however that happens.

    python -I -S tether.py SIGNAL PARENT USER GROUP PROGRAM ARGUMENT…

A program of its own because the alternative, code between fork and exec, may deadlock in a process with threads. Linux only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    farewell, parent, user, group = (int(word) for word in sys.argv[1:5])
    if user >= 0:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    # After the change of user, which clears it.
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, farewell, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit(0)
    for inherited in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(inherited, signal.SIG_DFL)
    os.execv(sys.argv[5], sys.argv[5:])


if __name__ == "__main__":
    main()
