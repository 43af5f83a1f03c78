"""Icons can be told from the toolbar behind them, in light and dark themes and at 2x."""

import pytest
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QIcon

from tests.plugin.factories import ROOT

ICONS = sorted((ROOT / "resources" / "icons").glob("*.svg"))
# Windows of Qt's and of QGIS's own themes: default, Blend of Gray, Night Mapping.
THEMES = {"light": "#efefef", "gray": "#323232", "night": "#2b2b2b"}
# What WCAG 2.1 asks of graphics (1.4.11).
CONTRAST = 3.0
# Of the silhouette; the rest may be a white line that serves the other theme, or a blended edge.
SHARE = 0.5


def luminance(colour):
    """Relative luminance as WCAG defines it, 0 to 1."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts))


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def rim(image):
    """The colours just inside of the silhouette, which are not blended with what is behind."""
    width, height = image.width(), image.height()
    solid = {
        (x, y) for x in range(width) for y in range(height) if image.pixelColor(x, y).alpha() == 255
    }
    reach = width // 24
    for x, y in solid:
        around = {(x - reach, y), (x + reach, y), (x, y - reach), (x, y + reach)}
        if not around <= solid:
            yield image.pixelColor(x, y)


def drawn(path, size):
    return QIcon(str(path)).pixmap(QSize(size, size)).toImage()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [48, 96])
@pytest.mark.parametrize("path", ICONS, ids=lambda path: path.stem)
def test_the_silhouette_stands_out(qgis_app, path, size, theme):
    colours = list(rim(drawn(path, size)))
    visible = [colour for colour in colours if contrast(colour, QColor(THEMES[theme])) >= CONTRAST]
    assert len(visible) >= SHARE * len(colours) > 0


@pytest.mark.parametrize("path", ICONS, ids=lambda path: path.stem)
def test_an_icon_is_drawn_anew_at_every_size(qgis_app, path):
    small, large = drawn(path, 24), drawn(path, 96)
    assert (large.width(), large.height()) == (96, 96)
    assert large != small.scaled(96, 96)
