"""What the plugin's Processing algorithms have in common."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsMessageLog,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
)
from qgis.PyQt.QtGui import QIcon

from ..messages import LOG_TAG, Cancelled, Failure, progress
from ..paths import icon
from ..request import worker_python
from ..worker import Event, run_worker

# QGIS 3.36 gave these enumerations a new home.
if hasattr(Qgis, "ProcessingParameterFlag"):
    ADVANCED = Qgis.ProcessingParameterFlag.Advanced
    POLYGONS = Qgis.ProcessingSourceType.VectorPolygon
else:
    ADVANCED = QgsProcessingParameterDefinition.Flag.FlagAdvanced
    POLYGONS = QgsProcessing.SourceType.TypeVectorPolygon


class CalandDetAlgorithm(QgsProcessingAlgorithm):
    """An algorithm whose work is done by the worker."""

    def createInstance(self) -> CalandDetAlgorithm:
        """Return a fresh algorithm for one run."""
        return type(self)()

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return QIcon(icon("calanddet"))

    def canExecute(self) -> tuple[bool, str]:
        """Whether the worker's Python is set, and if not what to do."""
        try:
            worker_python()
        except Failure as failure:
            return False, str(failure)
        return True, ""

    def work(self, command: list[str], feedback: QgsProcessingFeedback) -> Event | None:
        """Run the worker and return its result event, or None where the user cancelled.

        Raises `QgsProcessingException` with one sentence and a remedy.
        """
        try:
            return run_worker(command, _Reporter(feedback), feedback.isCanceled)
        except Cancelled:
            return None
        except Failure as failure:
            if failure.details:
                QgsMessageLog.logMessage(failure.details, LOG_TAG)
            raise QgsProcessingException(str(failure)) from None


class _Reporter:
    """Passes the worker's events on to Processing's feedback."""

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self._feedback = feedback
        self._stage = ""

    def __call__(self, event: Event) -> None:
        report = {"start": self._start, "progress": self._progress, "log": self._log}
        report.get(event["event"], lambda event: None)(event)

    def _start(self, event: Event) -> None:
        self._feedback.pushInfo(event["device"])

    def _progress(self, event: Event) -> None:
        # Every text becomes a line in the log of the run, so one a stage it is.
        if event["stage"] != self._stage:
            self._stage = event["stage"]
            self._feedback.setProgressText(progress(event))
        if event["total"]:
            self._feedback.setProgress(100 * event["done"] / event["total"])

    def _log(self, event: Event) -> None:
        push = {"warning": self._feedback.pushWarning}.get(event["level"], self._feedback.pushInfo)
        push(event["text"])
