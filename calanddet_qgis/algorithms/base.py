"""What the plugin's Processing algorithms have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsMapLayer,
    QgsMessageLog,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingOutputDefinition,
    QgsProcessingOutputNumber,
    QgsProcessingParameterDefinition,
)
from qgis.PyQt import sip
from qgis.PyQt.QtGui import QIcon

from ..messages import LOG_TAG, Cancelled, Failure, progress, tr
from ..paths import icon, style
from ..request import worker_python
from ..worker import INTERPRETER_SWITCHES, Event, run_worker
from .given import Given


class CalandDetAlgorithm(QgsProcessingAlgorithm):
    """An algorithm whose work is done by the worker.

    A subclass says what it is, declares its parameters and outputs, and turns the one into the
    worker's words and the worker's result into the other. It runs in a thread of its own, as QGIS
    does it by default: all that it needs of layers is copied beforehand.
    """

    ID = ""  # the second half of the id: never translated, never changed
    GROUP = ""  # one of `group_label`
    ICON = "calanddet"

    def inputs(self) -> Sequence[QgsProcessingParameterDefinition]:
        """What can be chosen."""
        raise NotImplementedError

    def outputs(self) -> Sequence[QgsProcessingOutputDefinition]:
        """What comes out besides the files and folders that are chosen."""
        return ()

    def words(self, given: Given) -> list[str]:
        """The worker's command with its options. Raises `Failure` for what cannot be used."""
        raise NotImplementedError

    def results(self, result: Event, given: Given, context: QgsProcessingContext) -> dict[str, Any]:
        """The outputs by name from the worker's result."""
        raise NotImplementedError

    def check(self, given: Given, feedback: QgsProcessingFeedback | None = None) -> None:
        """Raise `Failure` for what will not work; what is only odd is told to the feedback."""

    def createInstance(self) -> CalandDetAlgorithm:
        """Return a fresh algorithm for one run."""
        return type(self)()

    def name(self) -> str:
        """The second half of the id."""
        return self.ID

    def groupId(self) -> str:
        """Where it stands in the toolbox."""
        return self.GROUP

    def group(self) -> str:
        """Where it stands in the toolbox, for a person to read."""
        return group_label(self.GROUP)

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return QIcon(icon(self.ICON))

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters and outputs."""
        for parameter in self.inputs():
            self.addParameter(parameter)
        for output in self.outputs():
            self.addOutput(output)

    def canExecute(self) -> tuple[bool, str]:
        """Whether the worker's Python is set, and if not what to do."""
        try:
            worker_python()
        except Failure as failure:
            return False, str(failure)
        return True, ""

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        """Whether the run can start, and if not why."""
        valid, reason = super().checkParameterValues(parameters, context)
        if not valid:
            return valid, reason
        given = Given(self, parameters, context)
        try:
            self.words(given)
            self.check(given)
        except Failure as failure:
            return False, str(failure)
        return True, ""

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Copy all that the run needs, in the thread that the layers live in."""
        given = Given(self, parameters, context)
        try:
            self._command = worker_command(self.words(given))
            self.check(given, feedback)
        except Failure as failure:
            raise QgsProcessingException(str(failure)) from None
        # Not `given` itself: it knows this algorithm, and a circle with layers in it would be
        # taken apart in any order, by whichever thread collects garbage next.
        self._writers, self._destinations = given.writers, given.destinations
        return True

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Run the worker; nothing comes out where the user cancelled.

        Raises `QgsProcessingException` with one sentence and a remedy.
        """
        try:
            for write in self._writers:
                write(feedback)
            if feedback.isCanceled():
                return {}
            result = run_worker(self._command, _Reporter(feedback), feedback.isCanceled)
        except Cancelled:
            return {}
        except Failure as failure:
            if failure.details:
                QgsMessageLog.logMessage(failure.details, LOG_TAG)
            raise QgsProcessingException(str(failure)) from None
        given = Given(self, parameters, context, self._destinations)
        return self.results(result, given, context)


def group_label(name: str) -> str:
    """A group of algorithms for a person to read."""
    labels = {
        "detection": tr("Detection"),
        "inventory": tr("Inventory"),
        "training": tr("Training and checkpoints"),
    }
    return labels[name]


def worker_command(words: list[str]) -> list[str]:
    """The whole command line of the worker. Raises `Failure` where its Python is not set."""
    return [worker_python(), *INTERPRETER_SWITCHES, "-m", "backend", *words, "--json"]


def command(*words: str, **options: object) -> list[str]:
    """The worker's command with its options by name; True takes no value, None leaves one out.

    One word each, so that no value is ever taken for an option.
    """
    given = []
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            given.append(option)
        elif value is not None and value is not False:
            given.append(f"{option}={value}")
    return [*words, *given]


def number_outputs(labels: dict[str, str]) -> list[QgsProcessingOutputNumber]:
    """Outputs of numbers by name and label."""
    return [QgsProcessingOutputNumber(name, label) for name, label in labels.items()]


def load(
    context: QgsProcessingContext, source: str, title: str, output: str, style_name: str = ""
) -> None:
    """Have QGIS show a layer when the run is over, in its own style or a shipped one."""
    details = QgsProcessingContext.LayerDetails(title, context.project(), output)
    styler = _Styler(style_name)
    details.setPostProcessor(styler)
    # The context deletes it, so each layer has its own. Owned by itself, as sip calls it, the
    # Python object lives until then; else it would go with `details`, which the context copies.
    sip.transferto(styler, styler)
    context.addLayerToLoadOnCompletion(source, details)


def show(
    given: Given, context: QgsProcessingContext, source: str, title: str, style_name: str = ""
) -> None:
    """The same for the layer OUTPUT, where that is asked for."""
    destination = given.shown_layer("OUTPUT")
    if destination:
        load(context, source, destination.destinationName or title, "OUTPUT", style_name)


class _Styler(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer its style: Processing opens layers without one."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def postProcessLayer(
        self,
        layer: QgsMapLayer,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> None:
        """Called by QGIS in the main thread."""
        if self._name:
            layer.loadNamedStyle(str(style(self._name)))
        else:
            layer.loadDefaultStyle()


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
