"""Where detections run: on this computer, or on the workers of a Dask scheduler."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt import sip
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ..messages import Failure, number, tr
from ..request import cluster_command
from ..settings import SCHEDULER
from ..worker import Event, WorkerTask
from .widgets import TextLabel

HERE, CLUSTER = "here", "cluster"


class RunOnField(QWidget):
    """The choice, the scheduler's address, and a button that asks whether it answers."""

    def __init__(self) -> None:
        super().__init__()
        self._task: WorkerTask | None = None
        self.kind = QComboBox()
        self.kind.setObjectName("runOn")
        self.kind.addItem(tr("This computer"), HERE)
        self.kind.addItem(tr("Dask scheduler"), CLUSTER)
        self.address = QLineEdit(SCHEDULER.get())
        self.address.setObjectName("schedulerAddress")
        self.address.setPlaceholderText("tcp://host:8786")
        self.address.setAccessibleName(tr("Address of the Dask scheduler"))
        self.test = QPushButton(tr("&Test connection"))
        self.test.setObjectName("testConnection")
        self.told = TextLabel("connectionText")
        self.setFocusProxy(self.kind)
        self._lay_out()
        self.kind.setCurrentIndex(self.kind.findData(CLUSTER if SCHEDULER.get() else HERE))
        self.kind.currentIndexChanged.connect(self._show)
        self.address.textChanged.connect(self._show)
        self.test.clicked.connect(self._ask)
        self._show()

    def scheduler(self) -> str:
        """The address; empty for this computer."""
        is_cluster = self.kind.currentData() == CLUSTER
        return self.address.text().strip() if is_cluster else ""

    def stop(self) -> None:
        """End the question that is being asked, if there is one."""
        task, self._task = self._task, None
        if task:
            for signal in (task.succeeded, task.failed, task.stopped):
                signal.disconnect()
            task.cancel()

    def _ask(self) -> None:
        self.stop()
        try:
            command = cluster_command(self.scheduler())
        except Failure as failure:
            self.told.show_text(str(failure))
            return
        self.test.setEnabled(False)
        self.told.show_text(tr("Asking {}…").format(self.scheduler()))
        self._task = WorkerTask(command, tr("Asking {}").format(self.scheduler()))
        self._task.succeeded.connect(lambda result: self._answer(answer_line(result)))
        self._task.failed.connect(lambda failure: self._answer(str(failure)))
        self._task.stopped.connect(lambda: self._answer(""))
        QgsApplication.taskManager().addTask(self._task)

    def _answer(self, text: str) -> None:
        self._task = None
        if sip.isdeleted(self):
            # The options were closed meanwhile.
            return
        self.told.show_text(text)
        self.test.setEnabled(bool(self.scheduler()))

    def _show(self) -> None:
        """Bring the widgets in line with the choice; an answer holds for one address only."""
        self.stop()
        is_cluster = self.kind.currentData() == CLUSTER
        self.address.setVisible(is_cluster)
        self.test.setVisible(is_cluster)
        self.test.setEnabled(bool(self.scheduler()))
        self.told.show_text("")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.kind)
        row.addWidget(self.address, 1)
        row.addWidget(self.test)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.told)


def answer_line(result: Event) -> str:
    """What a scheduler answered, in one sentence."""
    workers = result["counts"].get("workers", 0)
    if workers == 1:
        return tr("The scheduler answers, with 1 worker.")
    return tr("The scheduler answers, with {} workers.").format(number(workers))
