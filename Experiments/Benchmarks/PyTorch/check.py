"""Holds this program against a golden file: forward results, losses, gradients, updates.

    python check.py [GOLDEN]

Exits with 1 where something is further off than its tolerance.
"""

import argparse
import math
import sys
from pathlib import Path

import torch
from safetensors import SafetensorError
from torch import Tensor

from golden import Golden, from_reference, named_parameters
from model import Agent, Sizes
from optimizer import LaProp
from update import Forward, Learner

DEFAULT = Path(__file__).parents[3] / "Tests/Fixtures/golden/tiny-discrete.safetensors"

# What the reference has with 5 and with 17 actions, and by network with 17 (section 14).
SIZE1M_PARAMETERS = {5: 686_327, 17: 687_875}
SIZE1M_NETWORKS = {
    "enc": 14_304,
    "dec": 80_595,
    "dyn": 377_408,
    "rew": 57_663,
    "con": 41_153,
    "pol": 50_641,
    "val": 66_111,
}


class Group:
    """The largest error of a group of tensors."""

    def __init__(self, name: str, tolerance: float):
        self.name = name
        self.tolerance = tolerance
        self.errors: dict[str, float] = {}

    def add(self, name: str, error: float) -> None:
        self.errors[name] = math.inf if math.isnan(error) else error

    def compare(self, name: str, ours: Tensor, reference: Tensor) -> None:
        """The largest difference, over the larger of 1 and the largest magnitude."""
        if ours.shape != reference.shape:
            self.add(name, math.inf)
            return
        scale = max(1.0, reference.abs().max().item())
        self.add(name, (ours - reference).abs().max().item() / scale)

    @property
    def error(self) -> float:
        return max(self.errors.values(), default=math.inf)

    @property
    def holds(self) -> bool:
        return self.error <= self.tolerance

    def __str__(self) -> str:
        worst = max(self.errors, key=self.errors.get, default="nothing to compare")
        return (
            f"{'ok  ' if self.holds else 'FAIL'} {self.name:28} {self.error:9.2e} of "
            f"{self.tolerance:7.1e}  {len(self.errors):4} tensors, worst {worst}"
        )


def forward_results(golden: Golden, forward: Forward) -> Group:
    group = Group("forward", 2e-5)
    results = {
        "tokens": forward.tokens,
        "deter": forward.deter,
        "stoch": forward.stoch.view(forward.logits.shape),
        "logit": forward.logits,
        "prior_logit": forward.prior_logits,
        "recon/image": forward.image,
    }
    for name, ours in results.items():
        group.compare(name, ours, golden[f"out/{name}"])
    return group


def row_losses(golden: Golden, rows: dict[str, Tensor]) -> Group:
    group = Group("losses", 2e-5)
    for name in golden.names("out/loss/"):
        group.compare(name, rows[name], golden[f"out/loss/{name}"])
    group.compare("total", Learner.total(rows), golden["out/loss"])
    return group


def gradients(golden: Golden, agent: Agent) -> Group:
    """Distances over the norm of the reference's gradient."""
    group = Group("gradients (of norm)", 3e-4)
    for name, parameter, layer in named_parameters(agent):
        reference = from_reference(golden[f"grad/{name}"], layer)
        distance = (parameter.grad - reference).norm().item()
        # A gradient that is zero there must be next to zero here.
        group.add(name, distance / max(reference.norm().item(), 1e-12))
    for name in set(golden.names("grad/")) - set(group.errors):
        group.add(f"{name} (not computed)", math.inf)
    return group


def slow_parts(golden: Golden, learner: Learner, update: int) -> Group:
    group = Group(f"slow parts, update {update}", 1e-5)
    for name, parameter, layer in named_parameters(learner.slow):
        reference = golden[f"after{update}/slowval/{name}"]
        group.compare(f"slowval/{name}", parameter, from_reference(reference, layer))
    group.compare("retnorm/lo", learner.range.low, golden[f"after{update}/retnorm/lo/value"])
    group.compare("retnorm/hi", learner.range.high, golden[f"after{update}/retnorm/hi/value"])
    return group


def parameters(golden: Golden, agent: Agent, update: int) -> Group:
    """In each tensor, the share of elements further than 2 % of the way that they may have gone.

    Among those whose gradient is at least 1e-6 of the largest in the tensor: below that, dividing
    by the root mean square turns rounding into whole steps. One element may be off in any tensor.
    """
    group = Group(f"parameters off, update {update}", 0.01)
    limit = 0.02 * update * golden.spec["lr"]
    for name, parameter, layer in named_parameters(agent):
        reference = from_reference(golden[f"after{update}/{name}"], layer)
        gradient = from_reference(golden[f"grad/{name}"], layer).abs()
        counts = gradient >= 1e-6 * gradient.max()
        far = (counts & ~((parameter - reference).abs() <= limit)).sum().item()
        group.add(name, 0 if far <= 1 else far / counts.sum().item())
    return group


def compare_updates(golden: Golden) -> list[Group]:
    """All updates of the file, on its batch and with its fixed draws."""
    agent = Agent(golden.sizes())
    golden.load(agent, "param")
    optimizer = LaProp(agent.parameters(), golden.spec["lr"], golden.agent["opt.warmup"])
    # In the place of a draw stands the likeliest class.
    learner = Learner(agent, optimizer, sampler=lambda probabilities: probabilities.argmax(-1))
    golden.load(learner.slow, "param/slowval")
    learner.range.low = golden["param/retnorm/lo/value"]
    learner.range.high = golden["param/retnorm/hi/value"]
    batch = golden.batch()
    groups = []
    for update in range(1, golden.spec["updates"] + 1):
        rows, forward = learner.train(batch)
        if update == 1:
            groups += [forward_results(golden, forward), row_losses(golden, rows)]
            groups.append(gradients(golden, agent))
        if golden.names(f"after{update}/"):
            groups += [slow_parts(golden, learner, update), parameters(golden, agent, update)]
    return groups


def parameter_counts(golden: Golden) -> Group:
    """Of the file, and of `size1m` with 64×64×3 images: totals, and networks at 17 actions."""
    group = Group("parameter counts", 0)
    expected = golden["aftermetric1/opt/param_count"].item()
    group.add("of the file", abs(count(Agent(golden.sizes())) - expected))
    for actions, expected in SIZE1M_PARAMETERS.items():
        agent = Agent(Sizes(actions=actions))
        group.add(f"{actions} actions", abs(count(agent) - expected))
    for name, expected in SIZE1M_NETWORKS.items():
        group.add(name, abs(count(getattr(agent, name)) - expected))
    return group


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("golden", type=Path, nargs="?", default=DEFAULT)
    path = parser.parse_args().golden
    try:
        golden = Golden(path)
    except (OSError, SafetensorError, ValueError) as error:
        sys.exit(f"check: {path}: {error}")
    print(f"{path.name}:")
    groups = [*compare_updates(golden), parameter_counts(golden)]
    print(*groups, sep="\n")
    sys.exit(0 if all(group.holds for group in groups) else 1)


if __name__ == "__main__":
    main()
