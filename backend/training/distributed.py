"""Several processes that train one network, started by torch's own launcher (`torchrun`)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

# The others wait for so long while the leading process validates.
PATIENCE = timedelta(hours=12)


@dataclass(frozen=True)
class Team:
    """The processes of a run; on its own, a process leads a team of one."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes files and validates."""
        return self.rank == 0

    def wrap(self, network: nn.Module) -> nn.Module:
        """The network with gradients averaged over the team; its weights stay the same objects."""
        if self.size == 1:
            return network
        # The published networks carry weights that no forward pass uses.
        return DistributedDataParallel(network, find_unused_parameters=True)

    def agree(self, value: float) -> float:
        """The leader's value, in every process."""
        if self.size == 1:
            return value
        values: list[object] = [value]
        dist.broadcast_object_list(values, src=0)
        return values[0]  # type: ignore[return-value]


def join() -> Team:
    """The team that `torchrun` started this process for, or a team of one."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Team()
    has_nccl = torch.cuda.is_available() and dist.is_nccl_available()
    if not dist.is_initialized():
        dist.init_process_group("cpu:gloo,cuda:nccl" if has_nccl else "gloo", timeout=PATIENCE)
    own = int(os.environ.get("LOCAL_RANK", "0"))
    # There may be more processes than GPUs where they are to compute on the CPU.
    if own < torch.cuda.device_count():
        torch.cuda.set_device(own)
    return Team(dist.get_rank(), size)
