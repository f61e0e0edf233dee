"""Measures one update of `size1m` on random data, and the machine's matrix product beside it.

    python bench.py [--updates 5] [--json]
"""

import argparse
import json
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F

from model import Agent, Sizes
from optimizer import LaProp
from update import Batch, Learner

WARM_UP_UPDATES = 2
REFERENCE_GFLOPS = 112


def make_batch(sizes: Sizes, size: int = 16, length: int = 64) -> Batch:
    """Random rows, in episodes of 50 steps."""
    step = torch.arange(length).expand(size, -1) + torch.randint(50, (size, 1))
    is_last = (step % 50 == 49).float()
    stoch = torch.randint(sizes.classes, (size, sizes.latents))
    actions = torch.randint(sizes.actions, (size, length))
    return Batch(
        image=torch.randint(256, (size, length, *sizes.image), dtype=torch.uint8),
        actions=F.one_hot(actions, sizes.actions).float(),
        reward=torch.rand(size, length),
        is_first=(step % 50 == 0).float(),
        is_last=is_last,
        is_terminal=is_last,
        deter=torch.rand(size, sizes.deter) * 2 - 1,
        stoch=F.one_hot(stoch, sizes.classes).flatten(1).float(),
    )


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure_product(size: int = 2048) -> float:
    """GFLOP/s of the best of five products of matrices in float32."""
    left, right = torch.rand(size, size), torch.rand(size, size)
    result = torch.empty(size, size)
    best = min(seconds(lambda: torch.mm(left, right, out=result)) for _ in range(5))
    return 2 * size**3 / best / 1e9


def peak_memory() -> float:
    """The largest resident set of this process so far, in 10⁶ bytes."""
    # Not `getrusage`, which also counts the program that started this one.
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024 / 1e6


def measure(updates: int) -> dict:
    torch.manual_seed(0)
    agent = Agent(Sizes())
    learner = Learner(agent, LaProp(agent.parameters()))
    batch = make_batch(agent.sizes)
    samples = [seconds(lambda: learner.train(batch)) for _ in range(WARM_UP_UPDATES + updates)]
    # The large product has no place in the memory of training.
    memory = peak_memory()
    return {
        "update": {"median_s": statistics.median(samples[WARM_UP_UPDATES:])},
        "sgemm_gflops": measure_product(),
        "parameters": sum(parameter.numel() for parameter in agent.parameters()),
        "peak_rss_mb": memory,
        "threads": torch.get_num_threads(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--updates", type=int, default=5, help="updates to take the median of")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    result = measure(arguments.updates)
    if arguments.json:
        print(json.dumps(result))
        return
    median, gflops = result["update"]["median_s"], result["sgemm_gflops"]
    print(f"update      {median:8.3f} s, median of {arguments.updates}")
    print(f"normalised  {median * gflops / REFERENCE_GFLOPS:8.2f} s")
    print(f"sgemm       {gflops:8.1f} GFLOP/s")
    print(f"parameters  {result['parameters']:8,}")
    print(f"peak memory {result['peak_rss_mb']:8.1f} MB")
    print(f"threads     {result['threads']:8}")


if __name__ == "__main__":
    main()
