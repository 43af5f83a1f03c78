"""What a person has decided is never replaced by a new run."""

import sqlite3
from contextlib import closing

import pytest

from tests.backend.checkpoints import small_file
from tests.backend.rasters import image, write_raster


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A scene and a checkpoint."""
    folder = tmp_path_factory.mktemp("given")
    checkpoint = folder / "small.safetensors"
    small_file(checkpoint, "landslide4sense_unet")
    return write_raster(folder / "scene.tif", image(150, 120)), checkpoint


def change(path, text):
    """Change the layer without the index, which needs functions of QGIS's own."""
    with closing(sqlite3.connect(path)) as data:
        names = data.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            data.execute(f'DROP TRIGGER "{name}"')
        data.execute(text)
        data.commit()


@pytest.fixture(params=["one raster", "several", "vectorize"])
def again(request, given, tmp_path, typed):
    """A function that does the job anew into the same folder, once done already."""
    scene, checkpoint = given
    out = tmp_path / "out"
    options = ("--checkpoint", checkpoint, "--out", out, "--threshold", 0.55, "--device", "cpu")
    detect = ("detect", scene, *options)
    if request.param == "several":
        other = write_raster(tmp_path / "other.tif", image(100, 90, seed=1))
        detect = ("detect", scene, other, *options)
    assert typed(*detect)[0] == 0
    path = out / "landslides.gpkg"
    if request.param == "vectorize":
        detect = ("vectorize", out / "probability.tif", "--out", path, "--threshold", 0.55)
    return lambda: (*typed(*detect), path)


def test_reviewed_polygons_are_not_replaced(again):
    *_, path = again()
    change(path, "UPDATE landslides SET status = 'accepted' WHERE fid < 3")
    before = path.read_bytes()
    code, _, errors, _ = again()
    assert code == 2
    assert f"{path} holds 2 reviewed polygon(s), which would be lost." in errors
    assert path.read_bytes() == before


def test_predicted_polygons_and_other_files_are_replaced(again):
    code, _, errors, path = again()
    assert code == 0, errors
    path.write_bytes(b"damaged")
    code, _, errors, _ = again()
    assert code == 0, errors
    assert path.read_bytes() != b"damaged"
