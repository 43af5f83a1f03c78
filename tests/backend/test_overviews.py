"""Pyramids change nothing: what is averaged are a raster's own pixels, whatever file shows them."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from rasterio.enums import Resampling

from backend.raster.source import RasterSource, SourceRequest
from tests.backend.rasters import UTM, image, write_raster

RGB = ("red", "green", "blue")
MOSAIC = """<VRTDataset rasterXSize="2048" rasterYSize="1024"><SRS>{crs}</SRS>
<GeoTransform>500000,0.5,0,3400000,0,-0.5</GeoTransform>
<VRTRasterBand dataType="Byte" band="1">{sources}</VRTRasterBand></VRTDataset>"""
SOURCE = """<SimpleSource><SourceFilename>{path}</SourceFilename><SourceBand>1</SourceBand>
<SrcRect xOff="0" yOff="0" xSize="1024" ySize="1024"/>
<DstRect xOff="{left}" yOff="0" xSize="1024" ySize="1024"/></SimpleSource>"""


def read(path, gsd):
    with RasterSource(SourceRequest(str(path), RGB, bands=(1, 1, 1), gsd=gsd)) as source:
        return source.read(0, source.grid.height)


def with_overviews(path, values, mask=None):
    write_raster(path, values, mask=mask)
    with rasterio.open(path, "r+") as data:
        data.build_overviews([2, 4, 8], Resampling.nearest)
    return path


@pytest.mark.parametrize("gsd", [1.0, 1.3, 2.4])
@pytest.mark.parametrize("kind", ["file", "virtual", "window"])
def test_averages_do_not_depend_on_overviews(tmp_path, kind, gsd):
    values = np.random.default_rng(0).integers(0, 256, (3, 240, 250), np.uint8)
    mask = np.ones((240, 250), bool)
    mask[60:130, :75] = False
    plain = write_raster(tmp_path / "plain.tif", values, mask=mask)
    pyramid = with_overviews(tmp_path / "pyramid.tif", values, mask)
    shown = {
        "file": pyramid,
        "virtual": tmp_path / "a.vrt",
        "window": f"vrt://{pyramid}?srcwin=0,0,250,240",
    }
    rasterio.shutil.copy(pyramid, shown["virtual"], driver="VRT")
    for seen, expected in zip(read(shown[kind], gsd), read(plain, gsd), strict=True):
        assert (seen == expected).all()


def test_averages_of_a_mosaic_neither_where_gdal_reads_it_by_threads(tmp_path):
    values = image(1024, 2048, bands=1)
    tiles = [
        with_overviews(tmp_path / f"{left}.tif", values[:, :, left : left + 1024])
        for left in (0, 1024)
    ]
    sources = [SOURCE.format(path=path, left=1024 * at) for at, path in enumerate(tiles)]
    mosaic = tmp_path / "mosaic.vrt"
    mosaic.write_text(MOSAIC.format(crs=UTM, sources="".join(sources)))

    def in_thread():
        with rasterio.Env(VRT_NUM_THREADS="4"):
            return read(mosaic, 1.0)

    with ThreadPoolExecutor(1) as threads:
        seen, _ = threads.submit(in_thread).result()
    expected, _ = read(write_raster(tmp_path / "plain.tif", values), 1.0)
    assert (seen == expected).all()
