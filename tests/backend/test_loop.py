"""The training loop: rates, exact resume after a kill, the best average, what cannot be written."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from backend.errors import Cancelled, OutputError, TrainingError
from backend.training.distributed import Team
from backend.training.loop import Recipe, fit, rate_at

RECIPE = Recipe(steps=30, batch_size=8, learning_rate=0.3, save_every_s=0)


class Killed(Exception):
    """As a power loss would: nothing is tidied up."""


def draw(rng):
    x = torch.from_numpy(rng.normal(size=(8, 4)).astype(np.float32))
    return x, x.sum(dim=1, keepdim=True)


def loss_of(network, batch):
    return (network(batch[0]) - batch[1]).square().mean()


def tiny():
    """A small network with dropout."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 16), nn.Dropout(0.3), nn.Linear(16, 1))


def fit_tiny(folder, recipe=RECIPE, stop_at=None, stop=Killed, validate=None, loss=loss_of):
    def watch(event):
        if event.done == stop_at:
            raise stop

    folder.mkdir(exist_ok=True)
    try:
        return fit(tiny(), draw, loss, recipe, folder, watch, validate)
    except (Killed, Cancelled):
        return None


def curve(folder):
    with (folder / "curve.csv").open() as file:
        return list(csv.DictReader(file))


def same(one, other):
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_the_rate_warms_up_and_falls_to_nothing():
    recipe = Recipe(batch_size=128, learning_rate=1e-3, warmup=0.1)
    rates = [rate_at(share, recipe) for share in np.linspace(0, 1, 101)]
    assert rates[5] == pytest.approx(2.5e-4) and max(rates) == pytest.approx(5e-4)
    assert np.argmax(rates) == 10 and rates[-1] == pytest.approx(0)


@pytest.mark.parametrize("stop", [Killed, Cancelled])
@pytest.mark.parametrize("stop_at", [1, 13, 29])
def test_a_killed_run_goes_on_exactly(tmp_path, stop, stop_at):
    unbroken = fit_tiny(tmp_path / "a")
    assert fit_tiny(tmp_path / "b", stop_at=stop_at, stop=stop) is None
    assert same(unbroken, fit_tiny(tmp_path / "b"))
    assert curve(tmp_path / "a") == curve(tmp_path / "b") and len(curve(tmp_path / "a")) == 30


def test_a_run_killed_between_two_states_repeats_what_was_lost(tmp_path):
    unbroken = fit_tiny(tmp_path / "a", replace(RECIPE, save_every_s=60))
    fit_tiny(tmp_path / "b", stop_at=9)
    assert fit_tiny(tmp_path / "b", replace(RECIPE, save_every_s=60), stop_at=20) is None
    assert len(curve(tmp_path / "b")) == 9
    assert same(unbroken, fit_tiny(tmp_path / "b"))
    assert curve(tmp_path / "a") == curve(tmp_path / "b")


def test_a_cancelled_run_loses_nothing(tmp_path):
    fit_tiny(tmp_path, replace(RECIPE, save_every_s=60), stop_at=13, stop=Cancelled)
    assert torch.load(tmp_path / "state.pt", weights_only=True)["run"]["step"] == 13


def test_lines_written_after_the_last_state_are_written_once(tmp_path):
    fit_tiny(tmp_path / "a")
    fit_tiny(tmp_path / "b", stop_at=9)
    with (tmp_path / "b" / "curve.csv").open("a") as file:
        file.write("9,0.5,0.001,\n10,0.5,0.001,\n")
    fit_tiny(tmp_path / "b")
    assert curve(tmp_path / "a") == curve(tmp_path / "b")


def test_weights_decay_and_biases_do_not(tmp_path):
    def nothing_to_learn(network, batch):
        return 0 * loss_of(network, batch)

    recipe = replace(RECIPE, ema=0.0, learning_rate=3.0, weight_decay=0.5)
    trained = fit_tiny(tmp_path, recipe, loss=nothing_to_learn).state_dict()
    start = tiny().state_dict()
    assert trained["0.weight"].norm() < 0.7 * start["0.weight"].norm()
    assert torch.equal(trained["0.bias"], start["0.bias"])


def test_a_finished_run_is_not_trained_again(tmp_path):
    once = fit_tiny(tmp_path)
    assert same(once, fit_tiny(tmp_path, stop_at=31)) and len(curve(tmp_path)) == 30


def test_batches_prepared_elsewhere_are_the_same(tmp_path):
    recipe = replace(RECIPE, steps=6)
    one = fit_tiny(tmp_path / "a", recipe)
    assert same(one, fit_tiny(tmp_path / "b", replace(recipe, loaders=2)))


def test_the_average_that_validated_best_is_returned(tmp_path):
    scores = iter([0.2, 0.9, 0.4])
    seen = []

    def validate(average):
        seen.append({key: value.clone() for key, value in average.state_dict().items()})
        return next(scores)

    best = fit_tiny(tmp_path, replace(RECIPE, validations=3), validate=validate)
    assert len(seen) == 3
    assert all(torch.equal(best.state_dict()[key], value) for key, value in seen[1].items())
    validated = [row["validation_f1"] for row in curve(tmp_path) if row["validation_f1"]]
    assert validated == ["0.2", "0.9", "0.4"]


def test_a_resumed_run_still_knows_its_best(tmp_path):
    recipe = replace(RECIPE, validations=3)
    fit_tiny(tmp_path, recipe, stop_at=15, validate=lambda _: 0.9)
    kept = torch.load(tmp_path / "state.pt", weights_only=True)["run"]["best"]
    best = fit_tiny(tmp_path, recipe, validate=lambda _: 0.1)
    assert all(torch.equal(best.state_dict()[key], value) for key, value in kept.items())


class Led(Team):
    """A team whose leader's clock says how many of 30 steps were drawn."""

    drawn = 0

    def draw(self, rng):
        Led.drawn += 1
        return draw(rng)

    def agree(self, value):
        return Led.drawn / 30


def test_all_processes_validate_when_the_leaders_clock_says_so(tmp_path):
    team, at = Led(), []

    def validate(average):
        at.append(Led.drawn)
        return 0.5

    recipe = replace(RECIPE, steps=None, minutes=60, validations=3)
    fit(tiny(), team.draw, loss_of, recipe, tmp_path, lambda event: None, validate, team)
    assert at == [10, 20, 30]


def test_minutes_end_a_run(tmp_path):
    recipe = replace(RECIPE, steps=None, minutes=0.01)
    assert fit_tiny(tmp_path, recipe) is not None
    rates = [float(row["learning_rate"]) for row in curve(tmp_path)]
    assert len(rates) > 3 and max(rates) <= 0.3 * 8 / 256 and rates[-1] < 0.1 * max(rates)


def test_the_average_moves_early_and_smoothly_later(tmp_path):
    quick = fit_tiny(tmp_path / "a", replace(RECIPE, ema=0.0))
    slow = fit_tiny(tmp_path / "b", replace(RECIPE, ema=0.9999))
    start = tiny().state_dict()["2.weight"]
    moved = [(n.state_dict()["2.weight"] - start).norm().item() for n in (quick, slow)]
    assert 0.2 * moved[0] < moved[1] < moved[0]


def test_gradients_are_clipped(tmp_path):
    norms = []

    def steep(network, batch):
        for weight in network.parameters():
            if weight.grad is not None:
                norms.append(torch.stack([w.grad.norm() for w in network.parameters()]).norm())
                break
        return 1e6 * loss_of(network, batch)

    fit_tiny(tmp_path, replace(RECIPE, steps=5), loss=steep)
    assert norms and max(norms) <= 1.001


def test_a_loss_that_is_no_number_ends_the_run_in_one_sentence(tmp_path):
    fit_tiny(tmp_path, stop_at=9)

    def broken(network, batch):
        return loss_of(network, batch) * float("nan")

    with pytest.raises(TrainingError, match=r"The loss at step 10 is nan"):
        fit_tiny(tmp_path, loss=broken)
    assert torch.load(tmp_path / "state.pt", weights_only=True)["run"]["step"] == 9


def test_a_full_disk_keeps_the_last_state(tmp_path, monkeypatch):
    fit_tiny(tmp_path, stop_at=9)
    real = torch.save

    def full(state, path):
        real(state, path)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OutputError, match="No space left"):
        fit_tiny(tmp_path)
    monkeypatch.undo()
    assert {path.name for path in tmp_path.iterdir()} == {"state.pt", "curve.csv"}
    assert same(fit_tiny(tmp_path), fit_tiny(tmp_path.parent / "unbroken"))
