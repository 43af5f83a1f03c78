"""The plugin: what it adds to QGIS, and takes away again."""

from __future__ import annotations

from qgis.core import QgsApplication, QgsProject
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction

from . import translations
from .gui.announce import Announcer
from .gui.dock import DetectDock
from .gui.guide_dialog import GuideDialog
from .gui.options import OptionsFactory
from .gui.refine_panel import RefinePanel
from .gui.review_panel import ReviewPanel
from .gui.runtime_dialog import RuntimeDialog
from .messages import tr
from .paths import icon
from .provider import CalandDetProvider
from .review.surroundings import restore
from .temporary import LeftOut

MENU = "&CALandDet"


class CalandDetPlugin:
    """A panel with a toolbar button and a menu entry, a dialog for the runtime, a page of options,
    a guide, a Processing provider."""

    def __init__(self, iface: QgisInterface) -> None:
        self.iface = iface
        self.translator = translations.install(translations.language())

    def initProcessing(self) -> None:
        """Add the Processing provider; all that `qgis_process` needs."""
        self.provider = CalandDetProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Add everything to QGIS's window."""
        self.initProcessing()
        self.options = OptionsFactory()
        self.iface.registerOptionsWidgetFactory(self.options)
        self.left_out = LeftOut(QgsProject.instance())
        QgsProject.instance().readProject.connect(self._end_old_review)
        self.dock = DetectDock(self.iface.mapCanvas(), self.iface.mainWindow())
        self.refine = RefinePanel(self.iface)
        self.dock.add_tab(self.refine, tr("Refine"))
        self.review = ReviewPanel(self.iface)
        self.dock.add_tab(self.review, tr("Review"))
        self.review.checkpoint_wanted.connect(self.dock.use_checkpoint)
        self.iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.action = QAction(
            QIcon(icon("calanddet")), tr("Landslide detection"), self.iface.mainWindow()
        )
        self.action.setObjectName("calanddetShowPanel")
        self.iface.addToolBarIcon(self.action)
        self.iface.addPluginToRasterMenu(MENU, self.action)
        self.runtime = RuntimeDialog(self.iface.mainWindow())
        self.runtime_action = QAction(tr("Runtime…"), self.iface.mainWindow())
        self.runtime_action.setObjectName("calanddetShowRuntime")
        self.iface.addPluginToRasterMenu(MENU, self.runtime_action)
        self.guide = GuideDialog(self.iface.mainWindow())
        self.guide_action = QAction(tr("CALandDet guide"), self.iface.mainWindow())
        self.guide_action.setObjectName("calanddetShowGuide")
        self.iface.pluginHelpMenu().addAction(self.guide_action)
        # Somebody whose run was cut off has it before the eyes.
        self.dock.setVisible(bool(self.dock.queue.runs))
        self.dock.setToggleVisibilityAction(self.action)
        self.runtime_action.triggered.connect(self.runtime.present)
        self.guide_action.triggered.connect(self.guide.present)
        self.runtime.changed.connect(self.dock.refresh)
        self.dock.runtime_wanted.connect(self.runtime.present)
        self.announcer = Announcer(self.iface)
        self.dock.queue.ended.connect(self.announcer.announce)
        self.options.applied.connect(self.dock.refresh)

    def _end_old_review(self) -> None:
        """A project that was saved in the midst of a review gets its own settings back."""
        restore(QgsProject.instance())

    def unload(self) -> None:
        """Take everything away, in the opposite order."""
        self.dock.stop()
        self.review.stop()
        self.refine.stop()
        self.runtime.stop()
        self.options.applied.disconnect(self.dock.refresh)
        self.dock.queue.ended.disconnect(self.announcer.announce)
        self.dock.runtime_wanted.disconnect(self.runtime.present)
        self.runtime.changed.disconnect(self.dock.refresh)
        self.runtime_action.triggered.disconnect(self.runtime.present)
        self.guide_action.triggered.disconnect(self.guide.present)
        self.iface.pluginHelpMenu().removeAction(self.guide_action)
        self.guide_action.deleteLater()
        self.guide.close()
        self.guide.deleteLater()
        self.iface.removePluginRasterMenu(MENU, self.runtime_action)
        self.runtime_action.deleteLater()
        self.runtime.close()
        self.runtime.deleteLater()
        self.iface.removePluginRasterMenu(MENU, self.action)
        self.iface.removeToolBarIcon(self.action)
        self.action.deleteLater()
        self.iface.removeDockWidget(self.dock)
        self.review.checkpoint_wanted.disconnect(self.dock.use_checkpoint)
        self.dock.deleteLater()
        self.left_out.stop()
        QgsProject.instance().readProject.disconnect(self._end_old_review)
        self.iface.unregisterOptionsWidgetFactory(self.options)
        QgsApplication.processingRegistry().removeProvider(self.provider)
        translations.remove(self.translator)
