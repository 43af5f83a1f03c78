"""Many rasters in one run: what they are, how they lie beside each other, and one result of all.

`listing` finds them, `layout` groups those on a common lattice of pixels, `coverage` says who
decides where they overlap, `run` detects one after the other, `mosaic` and `inventory` put the
results together.
"""
