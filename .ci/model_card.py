"""Writes the figures of a checkpoint's card into its page: `model_card.py PAGE...`

A page names its checkpoint in `<!-- card: PATH -->`; what stands between that line and
`<!-- end of card -->` is replaced. With `--check`, nothing is written, and a page whose figures
are old ends the program with a sentence.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from backend.checkpoint import describe  # noqa: E402

_BLOCK = re.compile(r"(<!-- card: (\S+) -->\n).*?(<!-- end of card -->)", re.DOTALL)


def main() -> None:
    """Bring every page that is named up to date, or check that it is."""
    arguments = sys.argv[1:]
    check = "--check" in arguments
    for page in (Path(name) for name in arguments if name != "--check"):
        text = page.read_text(encoding="utf-8")
        current = with_card(text)
        if current == text:
            continue
        if check:
            sys.exit(f"{page} does not show its checkpoint's card: run make model-cards.")
        page.write_text(current, encoding="utf-8")


def with_card(text: str) -> str:
    """The page with the block of its checkpoint as the card has it now."""

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}{block(ROOT / match[2])}{match[3]}"

    return _BLOCK.sub(fill, text)


def block(path: Path) -> str:
    """A card as Markdown: what the network is and takes, its data, its figures."""
    card = describe(path)
    gsd = card["gsd"]
    rows = {
        "file": f"`{path.relative_to(ROOT).as_posix()}`, {card['size_bytes'] / 1e6:.1f} MB",
        "SHA-256": f"`{card['sha256']}`",
        "network": f"`{card['architecture']}`, {card['parameters'] / 1e6:.2f} M parameters,"
        f" {_settings(card['config'])}",
        "bands": ", ".join(card["bands"]),
        "tile": f"{card['tile_size']} x {card['tile_size']} px",
        "ground sampling distance": f"{gsd['nominal']:g} m ({gsd['minimum']:.2g} to"
        f" {gsd['maximum']:.2g} m without resampling)"
        if gsd["nominal"]
        else "not known",
        "threshold": f"{card['threshold']:g}, {card['threshold_source']}",
        "trained on": "; ".join(f"{part['name']} ({part['terms']})" for part in card["training"]),
        "licence": card["licence"] or "not stated",
        "made": card["created"] or "not stated",
    }
    lines = ["", "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())]
    lines += ["", "| measured | value | averaged over | on |", "|---|---|---|---|"]
    lines += [
        f"| {metric['name']} | {metric['value']:.4f} | {metric['averaging']} | {metric['data']} |"
        for metric in card["metrics"]
    ]
    return "\n".join([*lines, "", ""])


def _settings(config: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in config.items() if name != "in_channels")


if __name__ == "__main__":
    main()
