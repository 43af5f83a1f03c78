"""The field's other networks: equal to the published ones, of their size, ready to train."""

import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from backend import models
from backend.checkpoint import Checkpoint
from backend.engines.devices import choose_device
from backend.engines.torch_engine import TorchEngine
from backend.models.encoders import ENCODERS, create_encoder
from backend.models.outputs import landslide_logit
from backend.models.resnet import ResNet, from_published
from backend.models.segformer import EfficientAttention
from backend.published import TWO_CLASSES
from tests.backend.golden import (
    GOLDEN,
    seeded_card,
    seeded_input,
    seeded_state,
)
from tests.backend.networks import (
    ON_ENCODERS,
    PUBLISHED,
    SIZE,
    SMALL,
    golden,
    needs_golden,
    output,
    parameters,
    seeded,
)

# Equal to what is published


@needs_golden
@pytest.mark.parametrize("name", PUBLISHED)
def test_equals_the_published_network(name):
    network = seeded(name)
    entries, count = golden(name)
    shapes = {key: list(value.shape) for key, value in network.state_dict().items()}
    assert list(shapes.items()) == list(entries.items())
    assert parameters(network) == count
    x = seeded_input(2, network.config.in_channels, SIZE[name], SIZE[name])
    expected = np.load(GOLDEN / f"{name}.npz")[f"out0_{SIZE[name]}"]
    tolerance = 2e-4 * max(1, np.abs(expected).max())
    np.testing.assert_allclose(output(network, x), expected, rtol=0, atol=tolerance)


def eca_resnet50_by_definition(state, x):
    """The published forward pass, function by function, from (B, C, H, W) to class logits."""

    def norm(x, key):
        names = ("running_mean", "running_var", "weight", "bias")
        return F.batch_norm(x, *(state[f"{key}.{name}"] for name in names))

    def block(x, key, stride):
        layers = f"{key}.bottleneck"
        y = norm(F.conv2d(x, state[f"{layers}.0.weight"]), f"{layers}.1").relu()
        y = F.conv2d(y, state[f"{layers}.3.weight"], stride=stride, padding=1)
        y = norm(y, f"{layers}.4").relu()
        y = norm(F.conv2d(y, state[f"{layers}.6.weight"]), f"{layers}.7")
        if f"{key}.shortcut.0.weight" in state:
            x = F.conv2d(x, state[f"{key}.shortcut.0.weight"], stride=stride)
            x = norm(x, f"{key}.shortcut.1")
        y = y + x
        kernel, bias = (state[f"{key}.eca_attention.conv.{name}"] for name in ("weight", "bias"))
        weight = F.conv1d(y.mean(dim=(2, 3)).unsqueeze(1), kernel, bias, padding=1).sigmoid()
        return (y * weight.transpose(1, 2).unsqueeze(3)).relu()

    # There is no ReLU between norm and pooling.
    y = norm(F.conv2d(x, state["conv1.0.weight"], stride=2, padding=3), "conv1.1")
    y = F.max_pool2d(y, 3, 2, 1)
    for stage, count in zip((2, 3, 4, 5), (3, 4, 6, 3), strict=True):
        for at in range(count):
            y = block(y, f"conv{stage}.{at}", 2 if stage > 2 and at == 0 else 1)
    y = F.interpolate(y, size=x.shape[2:], mode="bilinear")
    head = "CustomModel.upsample_and_reduce.conv"
    return F.conv2d(y, state[f"{head}.weight"], state[f"{head}.bias"])


def test_eca_resnet50_equals_its_definition():
    """Seeded weights halve every map 16 times, so that the golden outputs hardly show the image."""
    network = seeded("eca_resnet50", width=16)
    state = network.state_dict()
    for key in state:
        if key.endswith("eca_attention.conv.bias"):
            state[key] += 3
    x = seeded_input(2, 4, 64, 96)
    answer = output(network, x)
    assert (answer[0] - answer[1]).abs().max() > 0.1
    torch.testing.assert_close(answer, eca_resnet50_by_definition(state, x), atol=1e-4, rtol=0)


@pytest.mark.parametrize("reduction", [1, 2])
def test_segformer_s_attention_equals_its_definition(reduction):
    torch.manual_seed(0)
    attention = EfficientAttention(channels=12, heads=3, reduction=reduction)
    x = torch.randn(2, 4, 6, 12)
    small = x if reduction == 1 else attention.shrink(x.movedim(3, 1))
    assert small.shape == (2, 4 // reduction, 6 // reduction, 12)
    query = attention.query(x).view(2, 24, 3, 4)
    key, value = attention.key_value(small).view(2, -1, 2, 3, 4).unbind(2)
    weights = (torch.einsum("bqhc,bkhc->bhqk", query, key) / 4**0.5).softmax(dim=-1)
    mixed = torch.einsum("bhqk,bkhc->bqhc", weights, value).reshape(2, 4, 6, 12)
    torch.testing.assert_close(attention(x), attention.proj(mixed))


@needs_golden
def test_a_resnet_has_the_published_keys():
    entries, _ = golden("mffenet")
    expected = {
        key.removeprefix("backbone."): shape
        for key, shape in entries.items()
        if key.startswith("backbone.")
    }
    state = ResNet("resnet101", in_channels=3).state_dict()
    assert {key: list(value.shape) for key, value in state.items()} == expected


@pytest.mark.parametrize(
    ("name", "config", "count"),
    [
        # That of jfzhang95/pytorch-deeplab-xception.
        ("deeplabv3plus", {"encoder": "resnet101", "classes": 2}, 59_339_426),
        # The paper's 11.5 M.
        ("linknet", {"classes": 2}, 11_533_442),
        # The paper's 3.8 M and 27.5 M with 150 classes; these are transformers' with one.
        ("segformer", {"encoder": "mit_b0"}, 3_714_401),
        ("segformer", {"encoder": "mit_b2"}, 27_347_393),
    ],
)
def test_has_the_published_number_of_parameters(name, config, count):
    assert parameters(models.sketch(name, **config)) == count


@pytest.mark.parametrize(
    ("name", "count"),
    # torchvision's without the classifier.
    [("resnet18", 11_176_512), ("resnet50", 23_508_032), ("resnet101", 42_500_160)],
)
def test_a_resnet_has_the_published_number_of_parameters(name, count):
    with torch.device("meta"):
        assert parameters(create_encoder(name, 3)) == count


@pytest.mark.parametrize(("name", "count"), [("mit_b0", 3_319_392), ("mit_b2", 24_196_288)])
def test_a_mix_transformer_has_the_published_number_of_parameters(name, count):
    assert parameters(models.sketch("segformer", encoder=name).encoder) == count


# Encoders


@pytest.mark.parametrize("name", ENCODERS)
def test_an_encoder_gives_five_maps_each_half_the_size(name):
    with torch.device("meta"):
        encoder = create_encoder(name, 4)
        maps = encoder(torch.empty(1, 4, 64, 160))
    sizes = [(64 // stride, 160 // stride) for stride in (2, 4, 8, 16, 32)]
    assert [tuple(x.shape[2:]) for x in maps] == sizes
    assert [x.shape[1] for x in maps] == encoder.channels


def test_an_unknown_encoder_is_refused():
    with pytest.raises(ValueError, match=r"'resnet34'.*resnet18, resnet50, resnet101, lite0"):
        create_encoder("resnet34", 3)


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnet101"])
def test_a_dilated_resnet_stops_at_stride_16_with_the_same_weights(name):
    with torch.device("meta"):
        dilated, plain = ResNet(name, 3, output_stride=16), ResNet(name, 3)
        *_, coarse, last = dilated(torch.empty(1, 3, 48, 64))
    assert coarse.shape[2:] == last.shape[2:] == (3, 4)
    shapes = [
        {key: value.shape for key, value in encoder.state_dict().items()}
        for encoder in (dilated, plain)
    ]
    assert shapes[0] == shapes[1]


def torchvision_state(with_classifier):
    """ResNet-18's keys as torchvision writes them; old files have no counters of batches."""
    state = seeded_state(ResNet("resnet18", 3))
    if with_classifier:
        return {**state, "fc.weight": torch.zeros(1000, 512), "fc.bias": torch.zeros(1000)}
    return {key: value for key, value in state.items() if "num_batches_tracked" not in key}


@pytest.mark.parametrize("with_classifier", [True, False])
def test_weights_of_torchvision_fit_a_resnet(with_classifier):
    state = torchvision_state(with_classifier)
    encoder = ResNet("resnet18", 3).eval()
    encoder.load_state_dict(from_published(state, encoder))
    assert torch.equal(encoder.layer4[1].conv2.weight, state["layer4.1.conv2.weight"])
    with pytest.raises(KeyError, match=r"layer1\.0\.conv3"):
        from_published(state, ResNet("resnet50", 3))


def test_weights_learned_on_three_bands_answer_alike_on_five():
    state, x = torchvision_state(True), seeded_input(1, 1, 32, 32)
    answers = []
    for bands in (3, 5):
        encoder = ResNet("resnet18", bands).eval()
        encoder.load_state_dict(from_published(state, encoder))
        answers.append(output(encoder, x.expand(-1, bands, -1, -1))[-1])
    torch.testing.assert_close(*answers, atol=1e-3, rtol=1e-3)


# Inputs and outputs


# All networks, on every kind of encoder they take.
ALL = [
    *(
        (name, {"encoder": encoder})
        for name in ON_ENCODERS
        for encoder in ("resnet18", "resnet50", "lite2")
    ),
    *(("segformer", {"encoder": encoder}) for encoder in ("mit_b0", "mit_b2")),
    *((name, {}) for name in PUBLISHED),
]


@pytest.mark.parametrize(("name", "config"), ALL)
def test_logits_come_out_at_the_input_size(name, config):
    network = models.sketch(name, classes=2, in_channels=6, **config).eval()
    for rows, columns in ((1, 1), (7, 3)):
        size = rows * network.config.stride, columns * network.config.stride
        logits = network(torch.empty(2, 6, *size, device="meta"))
        assert logits.shape == (2, 2, *size)


@pytest.mark.parametrize("name", SMALL)
def test_other_sizes_and_bands_are_refused_with_their_value(name):
    config, stride = SMALL[name]
    network = models.sketch(name, **config)
    assert network.config.stride == stride
    bands = network.config.in_channels
    with pytest.raises(ValueError, match=f"{stride} x {stride + 1} px.*multiples of {stride}"):
        network(torch.empty(1, bands, stride, stride + 1, device="meta"))
    with pytest.raises(ValueError, match=rf"takes \(B, {bands}, H, W\)"):
        network(torch.empty(1, bands + 1, stride, stride, device="meta"))


# Training


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("name", SMALL)
def test_a_gradient_reaches_every_parameter_of_a_batch_of_two(name, channels_last):
    config, stride = SMALL[name]
    torch.manual_seed(0)
    network = models.create(name, **config).train()
    # The coarsest map is 1 x 1: there the batch alone is what is normalised over.
    x = torch.randn(2, network.config.in_channels, stride, stride)
    if channels_last:
        network = network.to(memory_format=torch.channels_last)
    landslide_logit(network(x)).square().mean().backward()
    for key, parameter in network.named_parameters():
        assert parameter.grad is not None, f"{key} is dead"
        assert torch.isfinite(parameter.grad).all(), key


# One class or two


def test_two_classes_are_read_as_their_softmax():
    logits = 3 * torch.randn(2, 2, 4, 5, generator=torch.Generator().manual_seed(0))
    probability = landslide_logit(logits).sigmoid()
    torch.testing.assert_close(probability, logits.softmax(dim=1)[:, 1:])


def test_one_class_is_read_as_it_is_beside_a_presence_logit_too():
    mask, presence = torch.randn(2, 1, 4, 5), torch.randn(2, 1)
    assert landslide_logit(mask) is mask
    assert landslide_logit((mask, presence)) is mask


def test_close_logits_of_half_precision_are_told_apart():
    logits = torch.tensor([[100.5, 101.0]], dtype=torch.bfloat16)[:, :, None, None]
    assert landslide_logit(logits).item() == 0.5
    assert landslide_logit(logits).dtype == torch.float32


def test_three_classes_are_refused():
    with pytest.raises(ValueError, match="3 classes"):
        landslide_logit(torch.zeros(1, 3, 4, 4))


def predicted(network, name, classes):
    card = replace(seeded_card(name, encoder="lite0"), classes=classes)
    checkpoint = Checkpoint(network, card, Path("seeded"), "")
    engine = TorchEngine(checkpoint, 8, choose_device("cpu"), "fp32", print)
    tiles = np.random.RandomState(0).randint(0, 256, (2, 3, 64, 64), np.uint8)
    return engine.predict(tiles)


def test_one_class_and_two_classes_give_the_same_probability_raster():
    one = seeded("unet", encoder="lite0")
    two = seeded("unet", encoder="lite0", classes=2)
    # The same landslide logit, split between the two classes.
    for key in ("weight", "bias"):
        value = getattr(one.head, key)
        value.data *= 20 if key == "weight" else 1
        getattr(two.head, key).data = torch.cat([-value, value]).detach() / 2
    first = predicted(one, "unet", ("landslide",))
    assert np.ptp(first) > 100
    assert np.array_equal(first, predicted(two, "unet", TWO_CLASSES))


# Settings


@pytest.mark.parametrize("name", SMALL)
def test_settings_cannot_be_changed_and_make_the_same_network(name):
    network = models.sketch(name, **SMALL[name][0])
    settings = json.loads(json.dumps(models.config_of(network)))
    assert models.sketch(name, **settings).config == network.config
    with pytest.raises(FrozenInstanceError):
        network.config.in_channels = 5


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        *((name, {"in_channels": 0}) for name in SMALL),
        *((name, {"in_channels": True}) for name in SMALL),
        *((name, {"classes": 3}) for name in SMALL),
        *((name, {"classes": "2"}) for name in SMALL),
        *((name, {"encoder": "vgg16"}) for name in (*ON_ENCODERS, "segformer")),
        ("segformer", {"encoder": "resnet50"}),
        ("segformer", {"stochastic_depth": 1.0}),
        ("mffenet", {"encoder": "lite0"}),
        ("mffenet", {"widths": (192, 96, 50)}),
        ("mffenet", {"rates": (6, 12)}),
        ("mffenet", {"channels": 0}),
        ("unet", {"channels": (64, 32, 16)}),
        ("deeplabv3plus", {"rates": (6, 12, 0)}),
        ("deeplabv3plus", {"fine_channels": 0}),
        ("fcn", {"channels": -1}),
        ("linknet", {"head_channels": 0.5}),
        ("landslide4sense_unet", {"width": 0}),
        ("eca_resnet50", {"width": 0}),
        ("eca_resnet50", {"blocks": (3, 4, 6)}),
        ("eca_resnet50", {"blocks": (3, 4, 10**9, 3)}),
        ("eca_resnet50", {"attention_kernel": 4}),
    ],
)
def test_impossible_settings_are_refused_by_name(name, setting):
    with pytest.raises(ValueError, match=next(iter(setting))):
        models.create(name, **setting)
