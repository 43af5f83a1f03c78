"""Records that outlive a kill: any beginning of the file gives its whole records back."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.spool import Record, Spool

WIDTH = 40
ROWS = [np.random.default_rng(seed).integers(0, 256, (5, WIDTH), np.uint8) for seed in range(4)]


def write(path):
    """A spool of four records; returns where each ends."""
    spool, ends = Spool(path, WIDTH), []
    for tiles, rows in enumerate(ROWS):
        spool.append(Record(rows, tiles))
        ends.append(path.stat().st_size)
    spool.close()
    return ends


def read(path):
    return [(record.values.tolist(), record.tiles) for record in Spool(path, WIDTH)]


EXPECTED = [(rows.tolist(), tiles) for tiles, rows in enumerate(ROWS)]


def test_records_come_back(tmp_path):
    write(tmp_path / "rows")
    assert Spool(tmp_path / "rows", WIDTH).tiles == [0, 1, 2, 3]
    assert read(tmp_path / "rows") == EXPECTED


def test_any_beginning_gives_its_whole_records_and_goes_on(tmp_path):
    path = tmp_path / "rows"
    ends = write(path)
    data = path.read_bytes()

    @settings(deadline=None, max_examples=60)
    @given(st.integers(0, len(data)), st.binary(max_size=30))
    def check(length, garbage):
        path.write_bytes(data[:length] + garbage)
        whole = sum(end <= length for end in ends)
        spool = Spool(path, WIDTH)
        if garbage != data[length : length + len(garbage)]:
            assert len(spool.tiles) == whole
        for tiles in range(len(spool.tiles), 4):
            spool.append(Record(ROWS[tiles], tiles))
        spool.close()
        assert path.read_bytes().startswith(data)

    check()


def test_a_wrong_byte_ends_what_is_known(tmp_path):
    path = tmp_path / "rows"
    ends = write(path)
    data = bytearray(path.read_bytes())
    for at in (ends[0] + 1, ends[0] + 9, ends[0] + 14, ends[0] + 17, ends[1] - 1):
        torn = data.copy()
        torn[at] ^= 0x10
        path.write_bytes(torn)
        assert read(path) == EXPECTED[:1]


def test_no_file_is_no_record(tmp_path):
    assert read(tmp_path / "rows") == []
