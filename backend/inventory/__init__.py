"""From polygons to an inventory: fields, volumes, statistics, comparison, report and exchange.

Pure functions on arrays stand apart from the files: `jobs` ties them together.
"""
