"""The page of an evaluation: plain HTML that loads nothing but the pictures beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from backend.metrics import BOOTSTRAP_DRAWS
from backend.training.scores import Evaluation, Score

_STYLE = """
body { font: 15px/1.45 sans-serif; color: #222; background: #fff; max-width: 1300px;
  margin: 0 auto; padding: 16px 24px; }
h1 { font-size: 24px; margin: 8px 0; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 28px 0 6px; }
table { border-collapse: collapse; margin: 8px 0; }
th, td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid #ddd;
  vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; }
dt { float: left; clear: left; width: 110px; color: #555; }
dd { margin: 0 0 2px 120px; overflow-wrap: anywhere; }
p { max-width: 900px; }
p.warning { border-left: 4px solid #d55e00; padding-left: 10px; }
img { max-width: 100%; height: auto; }
"""

_SHEETS = {
    "missed": (
        "Images with a landslide, lowest IoU first",
        "What the network misses or outlines badly.",
    ),
    "false_alarms": (
        "Images without a landslide, largest prediction first",
        "What the network takes for a landslide. Look before you judge: in many datasets not every"
        " landslide was outlined, and some of these are real.",
    ),
}


def page(evaluation: Evaluation, diagrams: Mapping[str, str], sheets: Mapping[str, str]) -> str:
    """The HTML text. `diagrams` are image addresses (data) by what they show, `sheets` the file
    names of `missed` and `false_alarms`, as far as there are any.
    """
    about = evaluation.provenance
    title = f"{about.checkpoint} on {about.data}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        _summary(evaluation),
        *(f'<p class="warning">{escape(note)}</p>' for note in _warnings(evaluation)),
        f"<h2>Figures at the threshold of {about.threshold:.3g}</h2>",
        _table([score for score in evaluation.scores if not _is_published(score)]),
        f"<p>The 95 % intervals come from {BOOTSTRAP_DRAWS} draws of as many images, with"
        " replacement. They cover the choice of images, not that of the places.</p>",
        "<h2>Calibration and size</h2>",
        *(_picture(address, text) for text, address in diagrams.items()),
        *(_sheet(key, name) for key, name in sheets.items()),
        "<h2>As published</h2>",
        "<p>By the definitions of CALandDet's trainer, to be compared with its paper only.</p>",
        _table([score for score in evaluation.scores if _is_published(score)]),
        "<h2>To compute it again</h2>",
        '<p><a href="images.csv">images.csv</a> has the counts of every image,'
        ' <a href="metrics.json">metrics.json</a> also the histogram of probabilities, from which'
        " the pixel figures follow at any threshold.</p>",
    ]
    return _document(title, "\n".join(parts))


def _document(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n"
        "</body>\n</html>\n"
    )


def _is_published(score: Score) -> bool:
    return score.key.startswith("published_")


def _summary(evaluation: Evaluation) -> str:
    about = evaluation.provenance
    with_landslide = sum(image.truth > 0 for image in evaluation.images)
    pixels, landslide = int(evaluation.histogram.sum()), int(evaluation.histogram[1].sum())
    share = f", {100 * landslide / pixels:.1f} % of them landslide" if pixels else ""
    facts = {
        "Data": f"{about.data}: {len(evaluation.images):,} images, {with_landslide:,} with a"
        f" landslide; {pixels:,} pixels{share}",
        "Checkpoint": f"{about.checkpoint} ({about.architecture}), SHA-256 {about.sha256}",
        "Threshold": f"{about.threshold:.3g}: {about.threshold_source}",
        "Run on": f"{about.device}; whole images in tiles, overlap “{about.overlap}”",
    }
    rows = [f"<dt>{key}</dt><dd>{escape(text)}</dd>" for key, text in facts.items()]
    return "<dl>\n" + "\n".join(rows) + "\n</dl>"


def _warnings(evaluation: Evaluation) -> Sequence[str]:
    chosen = (
        "The threshold was chosen on these very images, so the figures at it are somewhat too good."
        " How good the checkpoint is elsewhere, only other data can tell."
    )
    return [chosen] * evaluation.provenance.chosen_here + list(evaluation.provenance.notes)


def _table(scores: Sequence[Score]) -> str:
    head = (
        '<tr><th>Figure</th><th class="number">Value</th><th class="number">95 % interval</th>'
        '<th>Averaged</th><th class="number">From</th></tr>'
    )
    return "\n".join(["<table>", head, *map(_row, scores), "</table>"])


def _row(score: Score) -> str:
    value = "not defined" if score.value is None else f"{score.value:.3f}"
    limits = score.interval
    interval = f"{limits.low:.3f} to {limits.high:.3f}" if limits else ""
    return (
        f'<tr><td>{escape(score.name)}</td><td class="number">{value}</td>'
        f'<td class="number">{interval}</td><td>{escape(score.averaging)}</td>'
        f'<td class="number">{score.count:,} {escape(score.counted)}</td></tr>'
    )


def _picture(address: str, text: str) -> str:
    return f'<img src="{escape(address)}" alt="{escape(text)}">'


def _sheet(key: str, name: str) -> str:
    title, text = _SHEETS[key]
    return f"<h2>{title}</h2>\n<p>{text}</p>\n{_picture(name, title)}"
