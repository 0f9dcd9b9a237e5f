"""Run as a script: has as many threads at once as its argument says. It imports little, because each sweep waits for it."""

import sys
import threading


def begin(count: int) -> None:
    """Have `count` threads at once; RuntimeError if the system does not let them start."""
    enough, begun = threading.Event(), list[threading.Thread]()
    try:
        for _ in range(count):
            thread = threading.Thread(target=enough.wait)
            thread.start()
            begun.append(thread)
    finally:
        enough.set()
        for thread in begun:
            thread.join()


if __name__ == "__main__":
    begin(int(sys.argv[1]))
