"""GDAL in more than one thread: each takes its turn.

All datasets share one cache of blocks. Whoever reads and needs room writes out the blocks that
another thread has left there, so that the order of blocks in a file would depend on chance, and a
run that was resumed would not give the same bytes.
"""

from __future__ import annotations

import threading

# Held around every read and write of a raster where several threads do so.
gdal_turn = threading.RLock()
