"""The same job on many machines, by Dask: blocks of tiles, each written to a file of its own.

Nothing here imports Dask before a scheduler is asked for. Only references travel (paths and tile
numbers); workers read the rasters and write their blocks themselves, into a folder that all see.
"""
