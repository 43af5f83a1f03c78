"""The report as it is handed in: every part there, legible, and on one page."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from PIL import Image
from scipy.stats import invgamma

from backend.errors import CalandDetError, InventoryError
from backend.inventory.figures import area
from backend.inventory.job_statistics import recorded_km2
from backend.inventory.jobs import StatisticsRequest, statistics
from backend.inventory.relief import hillshade, shaded
from backend.inventory.report import rows, wrapped_notes, wrapped_sources
from backend.inventory.statistics import describe
from backend.inventory.volume import RELATIONS
from tests.backend.inventories import EAST, NORTH, square, warnings_of, write_inventory
from tests.backend.rasters import UTM, write_raster

FILES = ["report.html", "report.pdf", "size_frequency.png", "size_frequency.svg", "statistics.json"]


def inventory(path: Path, n: int, **fields) -> Path:
    """Squares with the areas of the general distribution of Malamud et al. 2004."""
    areas = invgamma.rvs(1.4, loc=-132, scale=1280, size=2 * n, random_state=1)
    sides = np.sqrt(areas[areas > 0][:n])
    shapes = [square(500 * (i % 20), 500 * (i // 20), side) for i, side in enumerate(sides)]
    return write_inventory(path, shapes, **fields)


def run(tmp_path, layer, **options):
    """The result of the job and its events."""
    events = []
    request = StatisticsRequest(str(layer), tmp_path / "report", draws=20, **options)
    return statistics(request, events.append), events


class Page(HTMLParser):
    """What a page would load, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.loaded += [value for name, value in attributes if name in ("src", "href", "data")]

    def handle_data(self, data):
        self.text += data


def test_the_folder_holds_the_whole_report(tmp_path):
    result, _ = run(tmp_path, inventory(tmp_path / "a.gpkg", 300), area_km2=25.0)
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == FILES
    assert set(result.paths) == {"plot_png", "plot_svg", "report_pdf", "report", "statistics"}
    assert all(Path(path).stat().st_size for path in result.paths.values())
    assert result.counts["polygons"] == 300 and result.counts["per_km2"] == 12
    json.dumps(result.counts, allow_nan=False)


def test_the_page_loads_nothing_and_says_everything(tmp_path):
    title = "Gorkha <b>2015</b> &amp; after"
    result, _ = run(tmp_path, inventory(tmp_path / "a.gpkg", 300), area_km2=25.0, title=title)
    text = Path(result.paths["report"]).read_text(encoding="utf-8")
    page = Page(text)
    outside = [address for address in page.loaded if not address.startswith(("data:", "#"))]
    assert outside == [] and "url(http" not in text
    assert page.text.count(title) == 3  # of the window, on the page, in the parameters
    for words in ("Landslides300", "Rollover", "Power law, exponent", "Volume", "Larsen",
                  "statistics area km2", "25 km²"):  # fmt: skip
        assert words in page.text, words
    assert "<svg" in text and "data:image/png;base64," in text


def test_the_pdf_is_one_page_of_a4(tmp_path):
    result, _ = run(tmp_path, inventory(tmp_path / "a.gpkg", 300))
    pdf = Path(result.paths["report_pdf"]).read_bytes()
    assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type /Page\b", pdf)) == 1
    box = [float(number) for number in re.search(rb"/MediaBox \[([^]]*)]", pdf)[1].split()]
    assert box[2:] == pytest.approx([595, 842], abs=1)


def test_the_plot_is_large_enough_to_read(tmp_path):
    result, _ = run(tmp_path, inventory(tmp_path / "a.gpkg", 300))
    with Image.open(result.paths["plot_png"]) as picture:
        assert picture.width >= 900 and picture.height >= 600


def test_numbers_in_the_file_are_those_of_the_layer(tmp_path):
    layer = write_inventory(
        tmp_path / "a.gpkg", [square(0, 0), square(50, 0, 20), square(100, 0, 90)],
        status=["accepted", "predicted", "rejected"],
    )  # fmt: skip
    result, events = run(tmp_path, layer)
    found = json.loads(Path(result.paths["statistics"]).read_text())
    assert found["n"] == 2 and found["total_m2"] == pytest.approx(500, rel=1e-3)
    assert found["provenance"]["polygons_rejected"] == 1
    assert found["inverse_gamma"] is None and "no size distribution" in warnings_of(events)[0]


def test_the_searched_area_is_taken_from_polygons_once_where_they_overlap(tmp_path):
    layer = inventory(tmp_path / "a.gpkg", 5)
    area = write_inventory(tmp_path / "aoi.gpkg", [square(0, 0, 1000), square(500, 0, 1000)])
    result, _ = run(tmp_path, layer, area=str(area))
    assert result.counts["searched_km2"] == pytest.approx(1.5, rel=1e-3)


def test_the_searched_area_is_taken_from_the_run(tmp_path):
    layer = inventory(tmp_path / "a.gpkg", 5)
    pyogrio.raw.write(
        layer, None, [np.array(["[0.5, 0.5]"], object), np.array([8_000_000])],
        ["raster_gsd", "counts_pixels"], layer="run", driver="GPKG",
    )  # fmt: skip
    result, _ = run(tmp_path, layer)
    assert result.counts["searched_km2"] == pytest.approx(2.0)
    assert recorded_km2({"raster_gsd": None, "counts_pixels": 5}) is None


def test_the_map_has_the_hillshade_under_it(tmp_path):
    layer = inventory(tmp_path / "a.gpkg", 40)
    plain, _ = run(tmp_path, layer)
    before = Path(plain.paths["report"]).stat().st_size
    down, right = np.mgrid[0:300, 0:300]
    dem = write_raster(
        tmp_path / "dem.tif", (500 * np.sin(down / 9) * np.cos(right / 7))[None].astype(np.float32),
        transform=Affine(40, 0, EAST - 500, 0, -40, NORTH + 5000),
    )  # fmt: skip
    shaded_one, _ = run(tmp_path, layer, dem=str(dem))
    assert Path(shaded_one.paths["report"]).stat().st_size > before + 50_000


def test_a_dem_elsewhere_leaves_the_map_plain(tmp_path):
    dem = write_raster(
        tmp_path / "dem.tif", np.ones((1, 20, 20), np.float32),
        transform=Affine(40, 0, EAST + 90_000, 0, -40, NORTH),
    )  # fmt: skip
    run(tmp_path, inventory(tmp_path / "a.gpkg", 5), dem=str(dem))
    assert (tmp_path / "report" / "report.pdf").exists()


@pytest.mark.parametrize("nodata", [None, -9999])
@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_the_hillshade_ends_where_the_dem_does(tmp_path, nodata, dtype):
    values = np.full((1, 50, 50 if nodata is None else 100), 800, dtype)
    values[:, :, 50:] = -9999
    dem = write_raster(
        tmp_path / "dem.tif", values, nodata=nodata,
        transform=Affine(10, 0, EAST, 0, -10, NORTH + 500),
    )  # fmt: skip
    polygons = np.array([square(250, 100, 500, 300)])
    with rasterio.open(dem) as data:
        shade = hillshade(data, polygons, pyproj.CRS(UTM))
    known = np.isfinite(shade.values)
    middle = shade.values.shape[0] // 2
    assert known[middle, : known.shape[1] // 3].all()
    assert not known[middle, 2 * known.shape[1] // 3 :].any()


def test_slopes_towards_the_sun_are_bright():
    down, right = np.mgrid[0:20, 0:20].astype(float)
    to_northwest, to_southeast = shaded((down + right) * 10, 10), shaded(-(down + right) * 10, 10)
    flat = shaded(np.zeros((5, 5)), 10)
    assert to_northwest.min() > flat[0, 0] > to_southeast.max()
    assert flat[0, 0] == pytest.approx(np.sin(np.radians(45)))


def test_a_layer_without_crs_or_a_senseless_area_is_refused(tmp_path):
    layer = write_inventory(tmp_path / "a.gpkg", [square(0, 0)], None)
    with pytest.raises(InventoryError, match="no CRS"):
        run(tmp_path, layer)
    with pytest.raises(CalandDetError, match=r"-3\.0 km² is not above 0"):
        run(tmp_path, inventory(tmp_path / "b.gpkg", 5), area_km2=-3.0)
    assert not (tmp_path / "report").exists() or not list((tmp_path / "report").iterdir())


def test_every_interval_stands_in_the_table():
    areas = invgamma.rvs(1.4, loc=-132, scale=1280, size=400, random_state=2)
    found = describe(areas[areas > 0], 12.5, RELATIONS["larsen_2010_all"], draws=20)
    table = dict(rows(found))
    assert table["Area searched"] == "12.5 km²"
    for name in ("Rollover", "Inverse gamma, tail exponent", "Power law, exponent", "Volume"):
        assert re.search(r"\(.+ to .+\)", table[name]), name


def test_small_print_fits_its_place():
    areas = np.full(40, 1e6) * np.geomspace(1, 9, 40)
    found = describe(areas, 1.0, RELATIONS["guzzetti_2009"], draws=20)
    notes = wrapped_notes(found)
    many = {f"parameter_{i}": "x" * 40 for i in range(60)}
    last = {"checkpoint_name": "best.safetensors", "statistics_layer": "/home/me/inventory.gpkg"}
    sources = wrapped_sources(many | last, notes).splitlines()
    assert 9.75 * len(notes.splitlines()) + 7.8 * len(sources) <= 170
    assert max(map(len, [*notes.splitlines(), *sources])) <= 150
    # What a reader asks for first comes first, in words and without folders.
    assert sources[0].startswith(
        "statistics layer: inventory.gpkg; checkpoint name: best.safetensors; parameter 0: x"
    )
    assert sources[-1].startswith("… more")


@pytest.mark.parametrize(
    ("value", "text"),
    [(41.37, "41.4 m²"), (2655.1, "2,655 m²"), (28_619, "2.86 ha"), (5.48e7, "54.8 km²")],
)
def test_areas_read_well(value, text):
    assert area(value) == text


def test_thousands_of_outlines_do_not_make_a_huge_file(tmp_path):
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * 12
    places = np.array([(EAST + 40 * (i % 60), NORTH + 40 * (i // 60)) for i in range(3000)])
    shapes = list(shapely.polygons(places[:, None] + ring))
    result, _ = run(tmp_path, write_inventory(tmp_path / "a.gpkg", shapes))
    assert Path(result.paths["report_pdf"]).stat().st_size < 2_000_000
