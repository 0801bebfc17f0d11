"""A process of its own for test_racing.py: crawls, edits lists or matches until it is told to stop.

python -m tests.matching.racing crawl|edit|match DATABASE
"""

import sys
import threading

from matching.run import match_stored
from storage.engine import open_engine
from tests.factories import NOW
from tests.matching.test_run import crawl, edit_lists


def main(role: str, url: str) -> None:
    """Tells when it has begun; a matcher ends with its input."""
    engine = open_engine(url)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    if role != "match":
        {"crawl": crawl, "edit": edit_lists}[role](engine)
        return
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    while not over.is_set():
        match_stored(engine, NOW, stop=over)


if __name__ == "__main__":
    main(*sys.argv[1:])
