"""The Swin transformer: windows of attention, blocks, patch merging, the four-stage backbone.

Liu et al. 2021, "Swin Transformer", arXiv 2103.14030. Keys and arithmetic are torchvision's, which
the published networks were trained with. Maps are channels-last: (B, H, W, C).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.layers import ChannelsLast, Linear, StochasticDepth, is_positive_integer

# Added to the attention between pixels that only the cyclic shift made neighbours.
APART = -100.0

_COUNTS = (
    "in_channels",
    "embed_dim",
    "patch_size",
    "window",
    "mlp_ratio",
    "head_channels",
    "neck_head_channels",
)


@dataclass(frozen=True)
class SwinConfig:
    """Architecture numbers; the defaults are the published network's (35 M parameters)."""

    in_channels: int = 3
    embed_dim: int = 96
    """Channels of the first stage; doubled from stage to stage. Any even number."""
    depths: tuple[int, ...] = (2, 2, 6, 2)
    """Blocks of the backbone's four stages, fine to coarse."""
    neck_depths: tuple[int, ...] = (2, 2, 6, 2)
    """Blocks of the neck's four stages, coarse to fine."""
    patch_size: int = 4
    window: int = 7
    """Side of an attention window in patches."""
    mlp_ratio: int = 4
    head_channels: int = 32
    """Channels an attention head has in the backbone, at least: see `heads`."""
    neck_head_channels: int = 16
    stochastic_depth: float = 0.2
    """Drop rate of the backbone's last block, rising from 0. Published dropout rates are all 0."""
    neck_stochastic_depth: float = 0.2

    def __post_init__(self) -> None:
        for name in _COUNTS:
            if not is_positive_integer(getattr(self, name)):
                raise ValueError(f"{name} is {getattr(self, name)!r}, not a positive integer.")
        if self.embed_dim % 2:
            raise ValueError(f"embed_dim is {self.embed_dim}, not an even number.")
        for name in ("depths", "neck_depths"):
            depths = getattr(self, name)
            four = isinstance(depths, tuple) and len(depths) == 4
            if not four or not all(is_positive_integer(n) and n < 100 for n in depths):
                raise ValueError(f"{name} is {depths!r}, not four numbers of blocks, 1 to 99.")
        for name in ("stochastic_depth", "neck_stochastic_depth"):
            rate = getattr(self, name)
            if not isinstance(rate, int | float) or not 0 <= rate < 1:
                raise ValueError(f"{name} is {rate!r}, not a rate from 0 to below 1.")

    @property
    def stride(self) -> int:
        """The side of the input is a multiple of this [px]."""
        return self.patch_size * 8

    @property
    def channels(self) -> tuple[int, int, int, int]:
        """Channels of the backbone's stages, fine to coarse."""
        width = self.embed_dim
        return width, 2 * width, 4 * width, 8 * width


def heads(channels: int, head_channels: int) -> int:
    """Attention heads for a width: as many as divide it and leave each `head_channels` or more."""
    most = max(1, channels // head_channels)
    return next(count for count in range(most, 0, -1) if channels % count == 0)


@dataclass(frozen=True)
class Windows:
    """How a map of one size is cut into windows of n = window * window tokens.

    `order` holds for each token in window order its place in the padded, row-major map; `inverse`
    for each place of the unpadded map its token in window order; `mask` (windows, 1, n, n) is what
    the cyclic shift adds to the attention, None without shift.
    """

    pad_bottom: int
    pad_right: int
    order: Tensor
    inverse: Tensor
    mask: Tensor | None


def cut_windows(height: int, width: int, window: int, shift: int, device: torch.device) -> Windows:
    """The windows of a (height, width) map, shifted up and left by `shift` (section 3.2).

    An axis that one window covers is not shifted.
    """
    bottom, right = -height % window, -width % window
    sizes = height + bottom, width + right
    shifts = [shift if size > window else 0 for size in sizes]
    # Kept for later passes, which may be training: never an inference tensor.
    with torch.inference_mode(False):
        places = torch.arange(sizes[0] * sizes[1], device=device).view(sizes)
        order = _partition(places.roll([-by for by in shifts], (0, 1)), window)
        inverse = order.flatten().argsort().view(sizes)[:height, :width].flatten()
        mask = _shift_mask(sizes, window, shifts, device) if any(shifts) else None
        return Windows(bottom, right, order.flatten(), inverse, mask)


cached_windows = lru_cache(maxsize=128)(cut_windows)


def _partition(grid: Tensor, window: int) -> Tensor:
    """(H, W) to (windows, window * window)."""
    height, width = grid.shape
    tiles = grid.view(height // window, window, width // window, window).permute(0, 2, 1, 3)
    return tiles.reshape(-1, window * window)


def _shift_mask(
    sizes: tuple[int, int], window: int, shifts: list[int], device: torch.device
) -> Tensor:
    """(windows, 1, n, n): `APART` between tokens that were no neighbours before the shift."""
    rows, columns = (
        # What the shift carried around the edge is a region of its own.
        (torch.arange(size, device=device) >= size - by).long()
        if by
        else torch.zeros(size, dtype=torch.long, device=device)
        for size, by in zip(sizes, shifts, strict=True)
    )
    regions = _partition(rows[:, None] * 2 + columns, window)
    apart = regions[:, None, :, None] != regions[:, None, None, :]
    return torch.where(apart, APART, 0.0)


def relative_index(window: int) -> Tensor:
    """(n * n,): row of the bias table for each pair of a window's n tokens."""
    # Built on the CPU even where the network is only sketched on the meta device.
    axis = torch.arange(window, device="cpu")
    rows, columns = axis.repeat_interleave(window), axis.repeat(window)
    down = rows[:, None] - rows + window - 1
    across = columns[:, None] - columns + window - 1
    return (down * (2 * window - 1) + across).flatten()


class WindowAttention(nn.Module):
    """Multi-head attention within (shifted) windows, with a learned relative position bias."""

    relative_position_index: Tensor

    def __init__(self, channels: int, head_count: int, window: int, shift: int) -> None:
        super().__init__()
        self.head_count, self.window, self.shift = head_count, window, shift
        self.relative_position_bias_table = nn.Parameter(
            torch.zeros((2 * window - 1) ** 2, head_count)
        )
        self.register_buffer("relative_position_index", relative_index(window))
        self.qkv = Linear(channels, channels * 3)
        self.proj = Linear(channels, channels)
        nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) to the same."""
        # Integers even while a graph is traced: the windows of a graph are those of one size.
        batch, height, width, channels = (int(size) for size in x.shape)
        # A tensor made while a graph is exported belongs to that graph and must not be kept.
        windows_of = cut_windows if torch.compiler.is_compiling() else cached_windows
        windows = windows_of(height, width, self.window, self.shift, x.device)
        if windows.pad_bottom or windows.pad_right:
            x = F.pad(x, (0, 0, 0, windows.pad_right, 0, windows.pad_bottom))
        tokens = x.flatten(1, 2).index_select(1, windows.order)
        tokens = self.proj(self._attend(self.qkv(tokens), windows.mask))
        return tokens.index_select(1, windows.inverse).view(batch, height, width, channels)

    def _attend(self, qkv: Tensor, mask: Tensor | None) -> Tensor:
        """(B, windows * n, 3 * C) to (B, windows * n, C)."""
        batch, total, _ = qkv.shape
        size = self.window**2
        qkv = qkv.view(batch * total // size, size, 3, self.head_count, -1)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind()
        bias = self.position_bias().to(query.dtype)
        if mask is not None:
            bias = (bias + mask.to(bias.dtype)).repeat(batch, 1, 1, 1)
        out = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return out.transpose(1, 2).reshape(batch, total, -1)

    def position_bias(self) -> Tensor:
        """(1, heads, n, n)."""
        size = self.window**2
        table = self.relative_position_bias_table[self.relative_position_index]
        return table.view(1, size, size, -1).permute(0, 3, 1, 2)


class SwinBlock(nn.Module):
    """Window attention and a two-layer perceptron, each normalised first and added (eq. 3)."""

    def __init__(
        self, channels: int, head_count: int, config: SwinConfig, shifted: bool, drop_rate: float
    ) -> None:
        super().__init__()
        shift = config.window // 2 if shifted else 0
        self.norm1 = nn.LayerNorm(channels)
        self.attn = WindowAttention(channels, head_count, config.window, shift)
        self.drop = StochasticDepth(drop_rate)
        self.norm2 = nn.LayerNorm(channels)
        wide = Linear(channels, channels * config.mlp_ratio)
        narrow = Linear(channels * config.mlp_ratio, channels)
        # The published keys count a dropout, of rate 0, between the two.
        self.mlp = nn.Sequential(wide, nn.GELU(), nn.Identity(), narrow)
        for layer in (wide, narrow):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.normal_(layer.bias, std=1e-6)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) to the same."""
        x = x + self.drop(self.attn(self.norm1(x)))
        return x + self.drop(self.mlp(self.norm2(x)))


class PatchMerging(nn.Module):
    """Halves the map and doubles its channels: (B, H, W, C) to (B, H / 2, W / 2, 2 * C)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.reduction = Linear(4 * channels, 2 * channels, bias=False)
        self.norm = nn.LayerNorm(4 * channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H, W, C) to (B, H / 2, W / 2, 2 * C); H and W are even."""
        batch, height, width, channels = x.shape
        x = x.view(batch, height // 2, 2, width // 2, 2, channels).permute(0, 1, 3, 4, 2, 5)
        return self.reduction(self.norm(x.flatten(3)))


class SwinBackbone(nn.Module):
    """Image to the outputs of four stages, each at half the size of the one before."""

    def __init__(self, config: SwinConfig) -> None:
        super().__init__()
        channels, patch = config.channels, config.patch_size
        self.patch_embed = nn.Sequential(
            nn.Conv2d(config.in_channels, channels[0], patch, patch),
            ChannelsLast(),
            nn.LayerNorm(channels[0]),
        )
        rates = torch.linspace(0, config.stochastic_depth, sum(config.depths), device="cpu")
        drop_rates = iter(rates.tolist())
        stages = []
        for width, depth in zip(channels, config.depths, strict=True):
            count = heads(width, config.head_channels)
            blocks: list[nn.Module] = [
                SwinBlock(width, count, config, index % 2 == 1, next(drop_rates))
                for index in range(depth)
            ]
            merging = [PatchMerging(width)] if width != channels[-1] else []
            stages.append(nn.Sequential(*blocks, *merging))
        self.features = nn.ModuleList(stages)
        # In the published weights, yet in no forward pass.
        self.norm = nn.LayerNorm(channels[-1])
        self.apply(_initialise)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, in, H, W) to (B, h, w, c) of c = 2, 4, 8, 8 times `embed_dim`.

        h and w are the input's divided by 2, 4, 8, 8 times the patch size.
        """
        x = self.patch_embed(x)
        outputs = []
        for stage in self.features:
            x = stage(x)
            outputs.append(x)
        return outputs


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
