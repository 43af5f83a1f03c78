"""What goes wrong with a cluster, in sentences."""

from __future__ import annotations

from backend.cluster.member import Member, Task
from backend.errors import ClusterError


def deserted(address: str, waited_s: float) -> ClusterError:
    """There are no workers at all."""
    return ClusterError(
        f"There has been no worker at the scheduler {address} for {waited_s:.0f} s.",
        "Start workers (python -m backend cluster worker ADDRESS), then go on with the run"
        " (--resume).",
    )


def unlucky(task: Task, member: Member) -> ClusterError:
    """A block ends its workers."""
    return ClusterError(
        f"The block {task.block.name} of {task.job.request.raster} was lost {task.lost} times, the"
        f" last time with the worker {member.name}.",
        "Look into that worker's log, then go on with the run (--resume).",
    )


def lost(address: str) -> ClusterError:
    """The scheduler is gone."""
    return ClusterError(
        f"The connection to the scheduler {address} is lost.",
        "Start it again, and go on with the run (--resume): what is done is kept.",
    )


def nobody(address: str, member: Member) -> ClusterError:
    """There are workers, but none of use; `member` says why for all."""
    return ClusterError(
        f"No worker of the scheduler {address} can do the work; {member.name}: {member.refusal}.",
        "Give all workers the same backend, the same checkpoint and the same paths.",
    )
