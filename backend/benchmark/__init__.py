"""`python -m backend benchmark`: how fast detection is beside others' ways, in one run.

Every measurement is a process of its own (`contender`), in turns; all get the same weights, tiles,
stride and threads. docs/benchmark.md says what is compared and how to read it.
"""
