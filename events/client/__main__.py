"""`python -m events.client publish|follow|check|notices|standing`: the client on pipes of JSON lines."""

import os
import sys
from collections.abc import Callable
from typing import BinaryIO

from events.client.command import hearing, lines, speaking
from events.client.command.words import Missing, Words, parse
from events.client.hub import Problem, Unreachable

COMMANDS: dict[str, Callable[[Words, BinaryIO], int]] = {
    "publish": speaking.publish,
    "follow": hearing.follow,
    "check": hearing.check,
    "notices": speaking.notices,
    "standing": hearing.standing,
}
WRONG, AWAY, INTERRUPTED = 2, 75, 130
"""Exit codes beside 0 and 1: something given is wrong, the hub does not answer (come again), Ctrl-C."""


def main() -> int:
    try:
        words = parse(sys.argv[1:], os.environ)
        return COMMANDS[words.command](words, sys.stdin.buffer)
    except (Missing, lines.BadLine, Problem) as wrong:
        lines.tell(wrong)
        return WRONG
    except Unreachable as away:
        lines.tell(away)
        return AWAY
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
