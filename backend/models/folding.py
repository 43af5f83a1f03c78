"""Convolutions with the batch normalisation right behind them: as one, and fit for bfloat16.

bfloat16 keeps eight bits of a weight. In the shipped network that, far more than the rounding of
maps, was what moved its answers: a convolution folded with its normalisation has large weights and
a large bias that nearly cancel. Weights that bfloat16 holds are the same in either precision.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeGuard

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

# The name of a class attribute: parts of a module that are computed in float32 in any case.
IN_FULL = "in_full"
Product = nn.Conv2d | nn.ConvTranspose2d | nn.Linear


def folded(network: nn.Module) -> nn.Module:
    """A copy without the normalisations that follow a convolution; the other weights are shared."""
    twin = _twin(network)
    for layers, key, convolution, norm in list(_pairs(twin)):
        weight, bias = _as_one(convolution, norm)
        convolution.weight, convolution.bias = nn.Parameter(weight), nn.Parameter(bias)
        layers[int(key)] = nn.Identity()
    return twin


def rounded(network: nn.Module) -> nn.Module:
    """A copy with the weights that autocast computes with in bfloat16; the others are shared."""
    twin = _twin(network)
    for module in _reduced(twin):
        module.weight = nn.Parameter(_rounded(module.weight.detach()))
        if module.bias is not None:
            module.bias = nn.Parameter(_rounded(module.bias.detach()))
    return twin


@torch.no_grad()
def fit_for_bf16(network: nn.Module) -> None:
    """Round the weights, in place, to those that bfloat16 holds once they are folded.

    Each normalisation then multiplies by a power of two. What is computed in float32 stays.
    """
    norms = {id(convolution): norm for _, _, convolution, norm in _pairs(network)}
    for module in _reduced(network):
        if isinstance(module, nn.Conv2d) and id(module) in norms:
            _fit(module, norms[id(module)])
            continue
        module.weight.copy_(_rounded(module.weight))
        if module.bias is not None:
            module.bias.copy_(_rounded(module.bias))


def is_bf16(value: Tensor) -> bool:
    """Whether bfloat16 holds it as it is."""
    return value.is_floating_point() and torch.equal(_rounded(value), value)


def _fit(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    weight, bias = (_rounded(part) for part in _as_one(convolution, norm))
    mean, variance = _statistics(norm)
    factor = norm.weight / torch.sqrt(variance + norm.eps)
    power = torch.exp2(torch.log2(factor.abs().clamp(min=torch.finfo(factor.dtype).tiny)).round())
    fitting = weight / power[:, None, None, None]
    if torch.equal(fitting, convolution.weight) and torch.allclose(factor, power, rtol=1e-5):
        return
    # What the convolution gives changes by this, and its statistics with it.
    change = factor / power
    convolution.weight.copy_(fitting)
    if convolution.bias is not None:
        convolution.bias.mul_(change)
    mean.mul_(change)
    variance.mul_(change**2)
    norm.weight.copy_(power * torch.sqrt(variance + norm.eps))
    before = 0 if convolution.bias is None else convolution.bias
    norm.bias.copy_(bias + (mean - before) * power)


def _pairs(
    network: nn.Module,
) -> Iterator[tuple[nn.Sequential, str, nn.Conv2d, nn.BatchNorm2d]]:
    """Each with the list it stands in, and the normalisation's place there."""
    for module in network.modules():
        if isinstance(module, nn.Sequential):
            for (_, first), (key, second) in pairwise(module._modules.items()):
                if isinstance(first, nn.Conv2d) and _is_fixed(second):
                    yield module, key, first, second


def _is_fixed(module: nn.Module | None) -> TypeGuard[nn.BatchNorm2d]:
    return isinstance(module, nn.BatchNorm2d) and module.affine and module.track_running_stats


def _as_one(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    weight, bias = fuse_conv_bn_weights(
        convolution.weight, convolution.bias, *_statistics(norm), norm.eps, norm.weight, norm.bias
    )
    return weight.detach(), bias.detach()


def _statistics(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    assert norm.running_mean is not None and norm.running_var is not None  # nosec B101 # see above
    return norm.running_mean, norm.running_var


def _twin(network: nn.Module) -> nn.Module:
    """A copy with the same weights."""
    return copy.deepcopy(network, {id(one): one for one in _tensors(network)})


def _tensors(network: nn.Module) -> Iterator[Tensor]:
    yield from network.parameters()
    yield from network.buffers()


def _reduced(network: nn.Module) -> list[Product]:
    """What autocast computes in bfloat16."""
    full = {
        id(part)
        for module in network.modules()
        for name in getattr(module, IN_FULL, ())
        for part in module.get_submodule(name).modules()
    }
    products = [one for one in network.modules() if isinstance(one, Product)]
    return [one for one in products if id(one) not in full]


def _rounded(value: Tensor) -> Tensor:
    return value.bfloat16().to(value.dtype)
