"""Everything in the panel can be reached and named without a mouse."""

import pytest
from qgis.gui import QgsFileWidget, QgsMapLayerComboBox
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMainWindow,
    QTabWidget,
)

from calanddet_qgis.gui.dock import DetectDock
from calanddet_qgis.gui.options import OptionsPage
from calanddet_qgis.gui.refine_panel import RefinePanel
from calanddet_qgis.gui.review_panel import ReviewPanel
from calanddet_qgis.gui.runtime_dialog import RuntimeDialog

CONTROLS = (QComboBox, QAbstractSpinBox, QLineEdit, QAbstractButton)
# Half a line's height, and how far apart the controls of one row may lie [px].
LINE, ROW = 12, 6


@pytest.fixture
def dock(qtbot, image, qgis_canvas):
    """The panel in a window, all of it unfolded."""
    window = QMainWindow()
    qtbot.addWidget(window)
    dock = DetectDock(qgis_canvas, window)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    window.resize(500, 1400)
    for box in dock.findChildren(QGroupBox):
        if hasattr(box, "setCollapsed"):
            box.setCollapsed(False)
    window.show()
    qtbot.wait(50)
    yield dock
    dock.stop()


@pytest.fixture
def options(qtbot, clean_settings):
    page = OptionsPage(None)
    qtbot.addWidget(page)
    page.show()
    return page


@pytest.fixture
def runtime(qtbot, clean_settings):
    dialog = RuntimeDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog.stop()


@pytest.fixture
def refine(qtbot, image, qgis_iface):
    panel = RefinePanel(qgis_iface)
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    panel.stop()


@pytest.fixture
def review(qtbot, image, qgis_iface):
    panel = ReviewPanel(qgis_iface)
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    panel.leave()


@pytest.fixture(params=["dock", "options", "refine", "review", "runtime"])
def widget(request):
    return request.getfixturevalue(request.param)


def is_reached_by_tab(widget):
    shown = widget.isVisible() and widget.isEnabled()
    return shown and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def tab_order(widget):
    """The widgets that Tab goes to inside of one, in turn."""
    found, current = [], widget.nextInFocusChain()
    while current is not widget:
        if widget.isAncestorOf(current) and is_reached_by_tab(current):
            # What a compound widget hands its focus to stands for it.
            found.append(current.focusProxy() or current)
        current = current.nextInFocusChain()
    return list(dict.fromkeys(found))


def height(widget, within):
    """Where a widget's first line lies [px], whatever its height."""
    return widget.mapTo(within, QPoint(0, min(widget.height() // 2, LINE))).y()


def test_tab_goes_from_top_to_bottom(widget):
    order = tab_order(widget)
    heights = [height(control, widget) for control in order]
    upwards = [
        (above.objectName(), below.objectName())
        for above, below, high, low in zip(order[1:], order, heights[1:], heights)
        if high < low - ROW
    ]
    assert upwards == []


def test_tab_reaches_every_control(widget):
    reached = set(tab_order(widget))
    missed = [
        control.objectName() or type(control).__name__
        for control in widget.findChildren(CONTROLS)
        if control.isVisible() and control.isEnabled() and not is_of_another(control)
        if (control.focusProxy() or control) not in reached
    ]
    assert missed == []


def is_of_another(control):
    """Whether a control is a part that its owner reaches by keys: an arrow, a clear button."""
    parent = control.parentWidget()
    return isinstance(parent, (QAbstractSpinBox, QLineEdit, QComboBox, QGroupBox, QTabWidget)) or (
        control.objectName().startswith("qt_") or isinstance(parent, QgsFileWidget)
    )


def test_every_control_has_a_name(widget):
    """A label whose buddy it is, words of its own, or a name for screen readers."""
    buddies = {label.buddy() for label in widget.findChildren(QLabel) if label.buddy()}
    unnamed = [
        control.objectName() or type(control).__name__
        for control in tab_order(widget)
        if not is_named(control, buddies)
    ]
    assert unnamed == []


def is_named(control, buddies):
    owner = control
    while owner and owner not in buddies:
        owner = owner.parentWidget()
    text = getattr(control, "text", str)() or getattr(control, "title", str)()
    # Tabs have titles, the arrow of a group box has the group's, and an area is only scrolled.
    by_itself = isinstance(control, QAbstractScrollArea) or isinstance(
        control.parentWidget(), (QTabWidget, QGroupBox)
    )
    return owner or text or control.accessibleName() or control.toolTip() or by_itself


def test_shortcuts_are_unique_on_a_page(widget):
    texts = [label.text() for label in widget.findChildren(QLabel) if label.buddy()]
    buttons = widget.findChildren(QAbstractButton)
    texts += [button.text() for button in buttons if button.isVisible()]
    keys = sorted(text.partition("&")[2][:1].lower() + ": " + text for text in texts if "&" in text)
    assert [one for one, other in zip(keys, keys[1:]) if one[0] == other[0]] == []


def test_layers_are_chosen_by_keys(qtbot, dock):
    combo = dock.findChildren(QgsMapLayerComboBox)[0]
    assert combo.focusPolicy() & Qt.FocusPolicy.TabFocus
