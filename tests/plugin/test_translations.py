"""The plugin speaks QGIS's language, and so does the worker through it."""

import re
import runpy

import pytest
from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QSettings
from qgis.PyQt.QtXml import QDomDocument

from calanddet_qgis import translations
from calanddet_qgis.messages import Failure, headline
from calanddet_qgis.paths import style
from calanddet_qgis.worker import run_worker
from tests.plugin.factories import ROOT, stand_in

TOOL = runpy.run_path(str(ROOT / ".ci" / "translate.py"))
CHINESE = ROOT / "resources" / "i18n" / "calanddet_zh_Hans.ts"
REFUSAL = """
say('error', kind='raster', message='/data/{image}.tif has no valid pixel: everything is nodata.',
    remedy="Check the raster's nodata value, mask and alpha band.")
"""
LOOK_AND_UNLOAD = """
from qgis import utils
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QAction, QDockWidget

def cancel():
    return QCoreApplication.translate("calanddet_qgis", "&Cancel")

def main():
    window = iface.mainWindow()
    report["panel"] = window.findChild(QDockWidget, "CalandDetDock").windowTitle()
    report["action"] = window.findChild(QAction, "calanddetShowPanel").text()
    report["loaded"] = cancel()
    utils.unloadPlugin("calanddet_qgis")
    report["unloaded"] = cancel()
    leave()

QTimer.singleShot(1000, main)
"""


@pytest.fixture
def chinese(qgis_app):
    translator = translations.install("zh-Hans")
    yield
    translations.remove(translator)


@pytest.mark.parametrize("code", ["zh", "zh_CN", "zh-CN", "zh_Hans", "zh-Hans", "zh_SG"])
def test_simplified_chinese_is_found_by_every_code(qgis_app, code):
    translator = translations.install(code)
    assert headline("area") == "该感兴趣区无法使用。"
    translations.remove(translator)
    assert headline("area") == "The area of interest cannot be used."


@pytest.mark.parametrize("code", ["en", "en_US", "de", "zh_TW", "zh-Hant", ""])
def test_other_languages_stay_english(qgis_app, code):
    assert translations.install(code) is None


def test_qt_reads_every_entry_of_the_catalogue(chinese):
    for (context, source), translation in TOOL["read"](CHINESE).items():
        assert QCoreApplication.translate(context, source) == (translation or source)


def test_the_worker_is_understood(chinese):
    with pytest.raises(Failure) as caught:
        run_worker(stand_in(REFUSAL), print, lambda: False)
    assert str(caught.value) == (
        "/data/{image}.tif 没有有效像素：全部为无数据。 请检查栅格的无数据值、掩膜和 alpha 波段。"
    )


def test_the_worker_is_quoted_in_english():
    with pytest.raises(Failure, match=r"^/data/\{image\}\.tif has no valid pixel: everything is"):
        run_worker(stand_in(REFUSAL), print, lambda: False)


def test_the_most_specific_sentence_wins(chinese):
    text = "The elevation model dem.tif cannot be read: it is damaged or truncated."
    assert translations.translated_sentence(text).startswith("无法读取数字高程模型 dem.tif：")


@pytest.mark.parametrize("text", ["", "{}", "Something nobody has foreseen: {0} {}."])
def test_an_unknown_sentence_stays_as_it_is(chinese, text):
    assert translations.translated_sentence(text) == text


@pytest.mark.slow
def test_qgis_in_chinese_has_the_plugin_in_chinese(profile):
    path = profile.folder / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    settings = QSettings(str(path), QSettings.Format.IniFormat)
    settings.setValue("locale/overrideFlag", True)
    settings.setValue("locale/userLocale", "zh-Hans")
    settings.sync()
    report = profile.qgis(LOOK_AND_UNLOAD)
    assert "error" not in report, report["error"]
    assert report == {
        "panel": "滑坡识别", "action": "滑坡识别", "loaded": "取消(&C)", "unloaded": "&Cancel",
    }  # fmt: skip


def test_a_layers_style_is_put_into_chinese(chinese, image):
    fields = ("status", "class", "area_m2", "probability_mean")
    source = "Polygon?crs=EPSG:32633" + "".join(f"&field={name}:string" for name in fields)
    layer = QgsVectorLayer(source, "landslides", "memory")
    layer.loadNamedStyle(str(style("landslides")))
    translations.translate_style(layer)
    labels = [category.label() for category in layer.renderer().categories()]
    assert labels[:3] == ["预测", "已接受", "已编辑"]
    document = QDomDocument()
    layer.exportNamedStyle(document)
    text = document.toString()
    assert {"运动类型", "平均概率", "核查", "崩落"} <= set(re.findall(r'"([^"]*)"', text))
    catalogue = TOOL["read"](CHINESE).items()
    words = [word for (where, word), new in catalogue if where == "resources" and new != word]
    left = set(re.findall(r' (?:label|name)="([^"]*)"', text))
    assert words and left.isdisjoint(words)


def test_an_english_style_is_left_alone(image):
    image.loadNamedStyle(str(style("mask")))
    changes = []
    image.styleChanged.connect(lambda: changes.append(1))
    translations.translate_style(image)
    assert changes == []
