"""The Processing provider `calanddet`."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms import ALGORITHMS
from .paths import icon


class CalandDetProvider(QgsProcessingProvider):
    """All algorithms of the plugin."""

    def loadAlgorithms(self) -> None:
        """Register the algorithms; QGIS calls this whenever it refreshes the provider."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())

    def id(self) -> str:
        """The first half of every algorithm's id: never translated, never changed."""
        return "calanddet"

    def name(self) -> str:
        """Name in the toolbox."""
        return "CALandDet"

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return QIcon(icon("calanddet"))

    def supportedOutputVectorLayerExtensions(self) -> list[str]:
        """The worker writes polygons as GeoPackages and as nothing else."""
        return ["gpkg"]

    def defaultVectorFileExtension(self, hasGeometry: bool = True) -> str:
        """How a temporary layer's file ends, whatever QGIS's settings say."""
        return "gpkg"

    def supportsNonFileBasedOutput(self) -> bool:
        """The worker is another process: it cannot write into QGIS's memory."""
        return False
