"""The plugin: what it adds to QGIS, and takes away again."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction

from .gui.dock import DetectDock
from .gui.options import PAGE_NAME, OptionsFactory
from .messages import tr
from .paths import icon
from .provider import CalandDetProvider

MENU = "&CALandDet"


class CalandDetPlugin:
    """A panel with a toolbar button and a menu entry, a page of options, a Processing provider."""

    def __init__(self, iface: QgisInterface) -> None:
        self.iface = iface

    def initProcessing(self) -> None:
        """Add the Processing provider; all that `qgis_process` needs."""
        self.provider = CalandDetProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Add everything to QGIS's window."""
        self.initProcessing()
        self.options = OptionsFactory()
        self.iface.registerOptionsWidgetFactory(self.options)
        self.dock = DetectDock(self.iface.mainWindow())
        self.iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.action = QAction(
            QIcon(icon("calanddet")), tr("Landslide detection"), self.iface.mainWindow()
        )
        self.action.setObjectName("calanddetShowPanel")
        self.iface.addToolBarIcon(self.action)
        self.iface.addPluginToRasterMenu(MENU, self.action)
        self.dock.hide()
        self.dock.setToggleVisibilityAction(self.action)
        self.dock.settings_wanted.connect(self._show_options)
        self.dock.log_wanted.connect(self.iface.openMessageLog)
        self.options.applied.connect(self.dock.refresh)

    def unload(self) -> None:
        """Take everything away, in the opposite order."""
        self.dock.stop()
        self.options.applied.disconnect(self.dock.refresh)
        self.dock.log_wanted.disconnect(self.iface.openMessageLog)
        self.dock.settings_wanted.disconnect(self._show_options)
        self.iface.removePluginRasterMenu(MENU, self.action)
        self.iface.removeToolBarIcon(self.action)
        self.action.deleteLater()
        self.iface.removeDockWidget(self.dock)
        self.dock.deleteLater()
        self.iface.unregisterOptionsWidgetFactory(self.options)
        QgsApplication.processingRegistry().removeProvider(self.provider)

    def _show_options(self) -> None:
        self.iface.showOptionsDialog(self.iface.mainWindow(), PAGE_NAME)
