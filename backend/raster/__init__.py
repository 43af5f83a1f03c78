"""All GDAL: sources that read, sinks that write, and the pure arithmetic of grids and tiles."""
