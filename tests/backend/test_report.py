"""The page and the pictures, as somebody who opens them sees them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image, ImageColor

from backend.errors import CalandDetError, OutputError
from backend.training.gallery import Cell
from backend.training.report import (
    CAPTION,
    GAP,
    HEADER,
    MARGIN,
    PANEL,
    PREDICTION_COLOUR,
    SHEET_WIDTH,
    TRUTH_COLOUR,
    write_curves,
    write_report,
    write_sheet,
)
from tests.backend.evaluations import dataset, evaluated, random_dataset, sample, square

VOID = {"meta", "img", "br", "link"}


class Page(HTMLParser):
    """The text of a page, what it refers to, and whether every element is closed."""

    def __init__(self, html):
        super().__init__()
        self.words, self.addresses, self.open = [], [], []
        self.feed(html)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)


@pytest.fixture(scope="module")
def evaluation():
    return evaluated(random_dataset(), choose_threshold=True)


@pytest.fixture(scope="module")
def folder(evaluation, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    write_report(evaluation, folder / "of a run")
    return folder / "of a run"


@pytest.fixture(scope="module")
def page(folder):
    return Page((folder / "index.html").read_text(encoding="utf-8"))


def cell(name="a", colour=(120, 90, 60), shape=(90, 90), **masks):
    plain = {"truth": np.zeros(shape, bool), "predicted": np.zeros(shape, bool),
             "valid": np.ones(shape, bool)}  # fmt: skip
    picture = np.broadcast_to(np.array(colour, np.uint8), (*shape, 3))
    return Cell(name, "figures", picture, **(plain | masks))


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def where(picture, colour):
    """Rows and columns (n, 2) of the pixels that are nearly of a colour."""
    return np.argwhere(np.abs(picture - ImageColor.getrgb(colour)).max(axis=-1) < 30)


# ---- the page ----------------------------------------------------------------------------------


def test_the_page_holds_every_figure_with_its_averaging(evaluation, page):
    for score in evaluation.scores:
        row = f"{score.name} {score.value:.3f}"
        assert row in page.text, row
        assert score.averaging in page.text and f"{score.count:,} {score.counted}" in page.text
    interval = evaluation.scores[0].interval
    assert f"{interval.low:.3f} to {interval.high:.3f}" in page.text


def test_the_page_says_how_the_threshold_was_chosen(evaluation, page):
    assert f"{evaluation.threshold:.3g}: highest landslide F1" in page.text
    assert "chosen on these very images" in page.text


def test_the_page_loads_nothing_from_elsewhere(folder, page):
    beside = [address for address in page.addresses if not address.startswith("data:image/png;")]
    assert {"missed.png", "false_alarms.png", "images.csv", "metrics.json"} == set(beside)
    assert all((folder / address).is_file() for address in beside)
    assert len(page.addresses) - len(beside) == 2  # the diagrams
    html = (folder / "index.html").read_text(encoding="utf-8")
    assert "http:" not in html and "https:" not in html and "<script" not in html


def test_every_element_of_the_page_is_closed(page):
    assert not page.open


def test_names_are_shown_as_they_are(tmp_path):
    data = replace(random_dataset(), name="<i>Ünïted & co</i>")
    write_report(evaluated(data), tmp_path)
    html = (tmp_path / "index.html").read_text("utf-8")
    assert "<i>" not in html and Page(html).text.count("<i>Ünïted & co</i>") >= 3


def test_tables_beside_the_page_give_the_figures_again(evaluation, folder):
    with (folder / "images.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [f"image/{index}.png" for index in range(6)]
    hits, truth, predicted = (
        sum(int(row[key]) for row in rows)
        for key in ("overlap_pixels", "landslide_pixels", "predicted_pixels")
    )
    assert 2 * hits / (truth + predicted) == pytest.approx(evaluation.value("f1"))
    assert float(rows[1]["iou"]) == pytest.approx(evaluation.images[1].iou)
    told = json.loads((folder / "metrics.json").read_text("utf-8"))
    assert [row["value"] for row in told["metrics"]] == [score.value for score in evaluation.scores]


def test_data_without_a_landslide_or_without_a_pixel_has_a_page_too(tmp_path):
    nothing = np.zeros((60, 80), bool)
    for name, valid in (("empty", ~nothing), ("blank", nothing)):
        data = dataset(sample("a", nothing, nothing, valid))
        paths = write_report(evaluated(data), tmp_path / name)
        assert "landslide F1 not defined" in Page(paths["page"].read_text("utf-8")).text
        assert "missed" not in paths


def test_a_new_report_replaces_the_old_one_whole(evaluation, tmp_path):
    first = write_report(evaluation, tmp_path)
    assert first["missed"].is_file() and first["false_alarms"].is_file()
    truth = square(10, 10, 20)
    write_report(evaluated(dataset(sample("a", truth, truth))), tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"index.html", "metrics.json", "images.csv", "missed.png"}


def test_a_place_that_cannot_be_written_is_named(evaluation, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file/report.*cannot be written"):
        write_report(evaluation, tmp_path / "file" / "report")
    (tmp_path / "sheet.png").mkdir()
    with pytest.raises(OutputError, match=r"sheet\.png cannot be written"):
        write_sheet([cell()], tmp_path / "sheet.png")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "sheet.png"}


# ---- sheets ------------------------------------------------------------------------------------


def test_a_sheet_shows_the_cells_in_order_and_fits_a_small_screen(tmp_path):
    colours = [(200, 30, 30), (30, 200, 30), (30, 30, 200)]
    write_sheet([cell(colour=colour) for colour in colours], tmp_path / "sheet.png")
    picture = pixels(tmp_path / "sheet.png")
    assert picture.shape[1] == SHEET_WIDTH <= 1366
    row, below = HEADER + CAPTION + PANEL // 2, CAPTION + PANEL + MARGIN
    right = MARGIN + 2 * PANEL + GAP + MARGIN + PANEL // 2
    seen = [picture[row, MARGIN + PANEL // 2], picture[row, right],
            picture[row + below, MARGIN + PANEL // 2]]  # fmt: skip
    assert [tuple(colour) for colour in seen] == colours


def test_outlines_lie_on_the_image_beside_the_plain_one(tmp_path):
    truth, predicted = square(20, 30, 40, (90, 90)), square(20, 30, 40, (90, 90))
    for name, mask, colour in (
        ("truth", truth, TRUTH_COLOUR), ("predicted", predicted, PREDICTION_COLOUR),
    ):  # fmt: skip
        write_sheet([cell(**{name: mask})], tmp_path / "sheet.png")
        found = where(pixels(tmp_path / "sheet.png")[HEADER + CAPTION :], colour)
        top, left = found.min(axis=0)
        bottom, right = found.max(axis=0)
        scale, start = PANEL / 90, MARGIN + PANEL + GAP
        expected = [20 * scale, start + 30 * scale, 60 * scale, start + 70 * scale]
        assert [top, left, bottom, right] == pytest.approx(expected, abs=3)


def test_a_mask_that_fills_the_image_is_outlined_along_its_edge(tmp_path):
    write_sheet([cell(truth=np.ones((90, 90), bool))], tmp_path / "sheet.png")
    found = where(pixels(tmp_path / "sheet.png")[HEADER + CAPTION :], TRUTH_COLOUR)
    assert np.ptp(found, axis=0) == pytest.approx([PANEL, PANEL], abs=4)


def test_what_is_not_counted_is_greyed(tmp_path):
    valid = ~square(0, 0, 45, (90, 90))
    write_sheet([cell(valid=valid)], tmp_path / "sheet.png")
    picture = pixels(tmp_path / "sheet.png")[HEADER + CAPTION :]
    assert tuple(picture[PANEL * 3 // 4, MARGIN + 20]) == (120, 90, 60)
    assert min(picture[20, MARGIN + 20]) > 160


def test_small_large_long_and_oddly_named_images_fit(tmp_path):
    names = ["贵州省/毕节市", "$unfinished \\frac{$", "a/very/long/path" * 20, ""]
    shapes = [(61, 61), (718, 640), (5, 640), (640, 1)]
    cells = [cell(name, shape=shape) for name, shape in zip(names, shapes, strict=True)]
    write_sheet(cells, tmp_path / "sheet.png")
    picture = pixels(tmp_path / "sheet.png")
    # Every image fills its panel's width or height.
    image = where(picture, "#785a3c")
    assert np.ptp(image[image[:, 1] < MARGIN + PANEL][:, 1]) == PANEL - 1


def test_a_long_name_stays_in_its_cell_and_shows_its_end(tmp_path):
    def shown(name):
        write_sheet([cell(name), cell("")], tmp_path / "sheet.png")
        return pixels(tmp_path / "sheet.png")

    folder = "a/very/long/path" * 20
    assert (shown(f"{folder}/1.png") != shown(f"{folder}/4.png")).any()
    left = MARGIN + 2 * PANEL + GAP + 1
    assert (shown("W" * 72)[HEADER : HEADER + CAPTION // 2, left:] == 255).all()


def test_wide_images_do_not_leave_empty_rows(tmp_path):
    heights = []
    for shape in ((90, 90), (30, 90)):
        write_sheet([cell(shape=shape)] * 2, tmp_path / "sheet.png")
        heights.append(len(pixels(tmp_path / "sheet.png")))
    assert heights[0] - heights[1] == pytest.approx(PANEL * 2 / 3, abs=1)


def test_a_sheet_without_cells_is_a_legend(tmp_path):
    write_sheet([], tmp_path / "sheet.png")
    picture = pixels(tmp_path / "sheet.png")
    assert picture.shape == (HEADER, SHEET_WIDTH, 3)
    assert len(where(picture, TRUTH_COLOUR)) and len(where(picture, PREDICTION_COLOUR))


# ---- curves ------------------------------------------------------------------------------------


def curve(path, columns="step,loss,learning_rate,val_f1", rows=200):
    names = columns.split(",")
    lines = [columns]
    for step in range(rows):
        values = {"step": step, "loss": 1 / (step + 1), "learning_rate": 1e-3,
                  "val_f1": step / rows if step % 50 == 49 else ""}  # fmt: skip
        lines.append(",".join(str(values[name]) for name in names))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_curves_with_columns_that_are_mostly_empty(tmp_path):
    write_curves(curve(tmp_path / "a.csv"), tmp_path / "a.png")
    write_curves(curve(tmp_path / "b.csv", "step,loss,learning_rate"), tmp_path / "b.png")
    with_f1, without = pixels(tmp_path / "a.png"), pixels(tmp_path / "b.png")
    assert with_f1.shape[0] > without.shape[0]
    assert len(where(without, "#0072b2")) > 300  # the mean
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", "a.png", "b.csv", "b.png"}


def test_curves_of_few_steps_and_of_a_loss_that_ran_away(tmp_path):
    text = "step,loss,learning_rate,val_f1\n0,nan,0.1,\n"
    (tmp_path / "a.csv").write_text(text)
    write_curves(tmp_path / "a.csv", tmp_path / "a.png")
    (tmp_path / "a.csv").write_text(text + "1,inf,0.1,\n2,0.5,0.1,\n")
    write_curves(tmp_path / "a.csv", tmp_path / "a.png")
    assert pixels(tmp_path / "a.png").min() < 100


def test_other_tables_are_refused(tmp_path):
    with pytest.raises(CalandDetError, match=r"none\.csv cannot be read"):
        write_curves(tmp_path / "none.csv", tmp_path / "a.png")
    with pytest.raises(CalandDetError, match=r"no values of learning_rate"):
        write_curves(curve(tmp_path / "a.csv", "step,loss"), tmp_path / "a.png")
    with pytest.raises(CalandDetError, match=r"no values of step, loss, learning_rate"):
        write_curves(curve(tmp_path / "a.csv", rows=0), tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()


def test_pyplot_stays_out():
    code = "import sys, backend.training.report; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0
