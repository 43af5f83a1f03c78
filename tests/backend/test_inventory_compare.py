"""Comparisons of squares whose answer can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from backend.errors import CalandDetError, InventoryError
from backend.events import Result
from backend.inventory.jobs import CompareRequest, compare
from backend.inventory.layer import reprojected
from backend.inventory.matching import boundary_distances, match
from backend.inventory.scores import recall_by_size, scores, wilson
from tests.backend.inventories import read, square, warnings_of, write_inventory
from tests.backend.rasters import UTM


def relations(detections, references, threshold=0.5):
    """Relations of both layers."""
    found = match(np.array(detections), np.array(references), threshold)
    return found.detections.relation.tolist(), found.references.relation.tolist()


def test_one_of_each_kind():
    detections = [
        square(0, 0),  # on its reference
        square(100, 0),  # on nothing
        square(200, 0, 5, 10), square(205, 0, 4, 10),  # two parts of one
        square(300, 0, 20, 10),  # two in one
    ]  # fmt: skip
    references = [
        square(1, 0),
        square(150, 50),  # found by nothing
        square(200, 0),
        square(300, 0, 9, 10), square(310, 0, 10, 10),
    ]  # fmt: skip
    # Half of the reference: a part and a match at once; the match comes first.
    assert relations(detections, references, 0.6) == (
        ["matched", "false", "split", "split", "merged"],
        ["matched", "missed", "split", "merged", "merged"],
    )


def test_a_part_beside_a_match_belongs_to_its_reference():
    detections, references = [square(0, 0, 7, 10), square(7, 0, 3, 10)], [square(0, 0)]
    assert relations(detections, references) == (["matched", "split"], ["matched"])


def test_a_neighbour_that_reaches_in_is_no_part():
    detections = [square(0, 0, 4.9, 10), square(5, 0, 4, 10), square(9, 0)]
    assert relations(detections, [square(0, 0)]) == (["split", "split", "false"], ["split"])


def test_two_crumbs_do_not_find_a_landslide():
    detections, references = [square(0, 0, 1), square(5, 5, 1)], [square(0, 0)]
    assert relations(detections, references) == (["false", "false"], ["missed"])


def test_touching_is_not_overlapping():
    assert relations([square(0, 0)], [square(10, 0)]) == (["false"], ["missed"])


@pytest.mark.parametrize(("shift", "matched"), [(3.3, True), (3.4, False)])
def test_half_of_the_union_makes_a_match(shift, matched):
    """Squares of 10 m moved by a third have an IoU of one half."""
    found = match(np.array([square(0, 0)]), np.array([square(shift, 0)]))
    assert (found.detections.relation[0] == "matched") is matched
    assert found.detections.iou[0] == pytest.approx((10 - shift) / (10 + shift))


def test_each_polygon_is_matched_once_and_the_better_one_wins():
    detections = [square(1, 0), square(0.5, 0)]
    found = match(np.array(detections), np.array([square(0, 0)]))
    assert found.detections.relation.tolist() == ["split", "matched"]
    assert found.references.partner.tolist() == [1]
    assert found.pairs[0].tolist() == [1] and found.pairs[1].tolist() == [0]


def test_scores_by_object_and_by_area():
    detections = [square(0, 0), square(100, 0), square(200, 0)]
    references = [square(0, 0), square(100, 0, 10, 5), square(300, 0), square(400, 0)]
    found = scores(match(np.array(detections), np.array(references), 0.6), draws=200)
    value = {name: score.value for name, score in found.items()}
    assert value["object_precision"] == pytest.approx(1 / 3)
    assert value["object_recall"] == pytest.approx(1 / 4)
    assert value["object_f1"] == pytest.approx(2 / 7)
    assert value["area_precision"] == pytest.approx(150 / 300)
    assert value["area_recall"] == pytest.approx(150 / 350)
    assert value["area_f1"] == pytest.approx(2 * 150 / 650)


def test_area_that_two_detections_share_is_counted_once():
    found = scores(match(np.array([square(0, 0), square(0, 0)]), np.array([square(0, 0)])), 10)
    assert found["area_recall"].value == 1


def test_the_truth_lies_within_the_intervals():
    """Landslides are found with a probability of 0.7; 20 % of the detections are false."""
    hits = {"object_recall": 0, "object_precision": 0}
    for trial in range(100):
        rng = np.random.default_rng(trial)
        references = np.array([square(20 * i, 0) for i in range(120)])
        found = references[rng.random(120) < 0.7]
        false = [square(20 * i, 500) for i in range(rng.binomial(120, 0.7 * 0.25))]
        limits = scores(match(np.concatenate([found, false]), references), 200, trial)
        hits["object_recall"] += limits["object_recall"].low <= 0.7 <= limits["object_recall"].high
        precision = limits["object_precision"]
        hits["object_precision"] += precision.low <= 0.8 <= precision.high
    assert all(88 <= count < 100 for count in hits.values()), hits


def test_nothing_found_is_nothing_defined():
    none = np.empty(0, object)
    found = scores(match(none, np.array([square(0, 0)])), 10)
    assert found["object_recall"].value == 0 and np.isnan(found["object_precision"].value)
    assert recall_by_size(match(np.array([square(0, 0)]), none)) == []


def test_recall_rises_with_size():
    references = np.array([square(0, 0, 2), square(100, 0, 3), square(200, 0, 40)])
    sizes = recall_by_size(match(references[1:], references))
    assert [(part.from_m2, part.references, part.matched) for part in sizes] == [
        (1, 2, 1), (10, 0, 0), (100, 0, 0), (1000, 1, 1),
    ]  # fmt: skip
    assert np.isnan(sizes[1].recall.value) and sizes[0].recall.value == 0.5


def test_wilsons_interval():
    found = wilson(8, 10)
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_outlines_of_nested_squares_are_their_gap_apart():
    outer, inner = np.array([square(0, 0, 30)]), np.array([square(2, 2, 26)])
    distances = boundary_distances(outer, inner, 400)
    assert np.median(distances) == pytest.approx(2)
    assert distances.max() == pytest.approx(2 * np.sqrt(2), rel=0.05)
    assert boundary_distances(outer, outer).max() == pytest.approx(0, abs=1e-6)


def test_outlines_in_several_parts_are_followed_all():
    """A point in four lies on the small part, 90 m from the other outline."""
    both = shapely.union_all([square(0, 0, 30), square(120, 0, 10)])
    distances = boundary_distances(np.array([both]), np.array([square(0, 0, 30)]), 400)
    assert (distances[0, :400] > 80).mean() == pytest.approx(40 / 160, abs=0.01)


def run(tmp_path, detections, references, reference_crs=UTM, **options):
    """The result of a comparison, its layer, and the events."""
    layer = write_inventory(tmp_path / "found.gpkg", detections)
    reference = write_inventory(tmp_path / "truth.gpkg", references, reference_crs)
    events = []
    request = CompareRequest(str(layer), str(reference), tmp_path / "out.gpkg", **options)
    result = compare(request, events.append)
    return result, *read(tmp_path / "out.gpkg", "comparison"), events


def test_the_file_says_what_became_of_every_polygon(tmp_path):
    detections = [square(100, 0), square(1, 0)]
    references = [square(0, 0), square(300, 0)]
    result, shapes, found, events = run(tmp_path, detections, references)
    assert found["origin"].tolist() == ["detected"] * 2 + ["reference"] * 2
    assert found["relation"].tolist() == ["false", "matched", "matched", "missed"]
    assert found["iou"] == pytest.approx([0, 9 / 11, 9 / 11, 0], abs=1e-4)
    assert found["source_fid"].tolist() == [1, 2, 1, 2]
    np.testing.assert_array_equal(found["partner_fid"], [np.nan, 1, 2, np.nan])
    assert np.isfinite(found["boundary_mean_m"]).tolist() == [False, True, True, False]
    assert shapes[1].equals(square(1, 0)) and shapes[2].equals(square(0, 0))
    assert result == events[-1] and isinstance(events[-1], Result)
    assert result.counts["object_f1"]["value"] == pytest.approx(0.5)
    assert result.counts["matched"] == result.counts["missed"] == result.counts["false"] == 1
    assert 0 < result.counts["boundary_mean_m"]["value"] < 1
    assert result.counts["boundary_mean_m"]["low"] is None


def test_the_file_holds_scores_sizes_and_provenance(tmp_path):
    run(tmp_path, [square(0, 0)], [square(0, 0)])
    path = tmp_path / "out.gpkg"
    assert {name for name, _ in pyogrio.list_layers(path)} == {
        "comparison", "scores", "recall_by_size", "run",
    }  # fmt: skip
    _, figures = read(path, "scores")
    assert figures["value"][figures["figure"].tolist().index("area_f1")] == pytest.approx(1)
    assert read(path, "recall_by_size")[1]["recall"].tolist() == [1]
    assert read(path, "run")[1]["compare_iou"][0] == 0.5


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_a_reference_in_another_crs_is_moved(tmp_path, crs):
    references = np.array([square(0, 0), square(50, 50)])
    there = reprojected(references, pyproj.CRS(UTM), pyproj.CRS(crs), "It")
    result, shapes, _, _ = run(tmp_path, list(references), there, crs)
    assert result.counts["matched"] == 2
    assert result.counts["area_f1"]["value"] == pytest.approx(1, abs=1e-6)
    assert shapes[2].hausdorff_distance(references[0]) < 1e-5


def test_rejected_polygons_and_those_outside_the_area_do_not_count(tmp_path):
    layer = write_inventory(
        tmp_path / "a.gpkg", [square(0, 0), square(20, 0)], status=["accepted", "rejected"]
    )
    reference = write_inventory(tmp_path / "b.gpkg", [square(0, 0), square(900, 0)])
    area = write_inventory(tmp_path / "area.gpkg", [square(-5, -5, 50)])
    request = CompareRequest(str(layer), str(reference), tmp_path / "out.gpkg", str(area))
    counts = compare(request, lambda _: None).counts
    assert (counts["detections"], counts["references"], counts["matched"]) == (1, 1, 1)
    elsewhere = write_inventory(tmp_path / "far.gpkg", [square(5000, 0)])
    request = CompareRequest(str(layer), str(reference), tmp_path / "out.gpkg", str(elsewhere))
    with pytest.raises(InventoryError, match="No polygon of either layer"):
        compare(request, lambda _: None)


def test_a_broken_reference_is_repaired_and_told(tmp_path):
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    shapes = [shapely.transform(bow_tie, lambda at: at + square(0, 0).bounds[:2])]
    result, _, _, events = run(tmp_path, [square(0, 0)], shapes)
    assert warnings_of(events) == ["truth.gpkg: 1 invalid outline repaired."]
    assert result.counts["area_precision"]["value"] == pytest.approx(0.5, abs=1e-3)


def test_layers_of_which_one_has_no_crs_are_refused(tmp_path):
    with pytest.raises(InventoryError, match="one of both layers has a CRS"):
        run(tmp_path, [square(0, 0)], [square(0, 0)], None)


def test_a_threshold_that_means_nothing_is_refused(tmp_path):
    with pytest.raises(CalandDetError, match=r"The IoU 1\.5 is no share"):
        run(tmp_path, [square(0, 0)], [square(0, 0)], iou=1.5)
