"""The doors: the command line, the supervisor, and the demo."""

import os

# Read when numpy is first imported: its products are small here, and a second thread only spins (three times the CPU).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
