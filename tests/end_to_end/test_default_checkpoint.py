"""The checkpoint that the plugin brings along finds landslides, and its page tells the truth."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from backend.checkpoint import load, read_card
from backend.training.datasets import open_dataset
from backend.training.evaluate import EvaluateOptions, evaluate

ROOT = Path(__file__).resolve().parents[2]
CHECKPOINT = ROOT / "resources" / "models" / "calanddet2-rgb.safetensors"
BIJIE = ROOT.parent / "shared" / "data" / "bijie" / "val" / "val.txt"


def test_it_is_small_and_says_what_it_was_made_of():
    card = read_card(CHECKPOINT)
    assert CHECKPOINT.stat().st_size <= 18_000_000
    assert card.bands == ("red", "green", "blue") and card.gsd.nominal == 0.8
    assert card.licence and all(part.terms for part in card.training)
    assert all(metric.averaging and metric.data for metric in card.metrics)


def test_its_page_shows_its_card():
    pages = sorted((ROOT / "docs" / "models").glob("*.md"))
    script = ROOT / ".ci" / "model_card.py"
    done = subprocess.run(
        [sys.executable, script, "--check", *pages], capture_output=True, text=True, check=False
    )
    assert pages and done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not BIJIE.exists(), reason=f"the real imagery is not there: {BIJIE}")
def test_it_finds_landslides_as_well_as_its_card_says():
    """On every third image of the validation set, at the threshold of the card."""
    checkpoint = load(CHECKPOINT)
    data = open_dataset(str(BIJIE))
    third = replace(data, samples=data.samples[::3])
    options = EvaluateOptions(device="cpu", precision="fp32")
    evaluation = evaluate(checkpoint, third, options, lambda event: None)
    claimed = next(metric for metric in checkpoint.card.metrics if metric.name == "landslide F1")
    assert evaluation.threshold == checkpoint.card.threshold
    assert evaluation.value("f1") == pytest.approx(claimed.value, abs=0.06)
