"""CALandDet's backend: networks, tiled inference, vectors. Never imports QGIS or Qt."""

__version__ = "0.1.0"
