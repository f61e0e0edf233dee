#!/usr/bin/env python3
"""Turns the authors' checkpoints into ours and back.

    exchange.py to-ours      REFERENCE RUN [--config FILE]
    exchange.py to-reference RUN REFERENCE [--decays]

REFERENCE is a checkpoint of danijar/dreamerv3: the `ckpt` folder of a run, whose newest is taken, or
one checkpoint in it. RUN is a run folder of ours, whose newest checkpoint is taken, or a checkpoint in
it. Nothing that exists is replaced. What is mapped, and what is not, is printed; README.md says why.
"""

import argparse
import collections
import contextlib
import json
import pathlib
import pickle
import re
import shutil
import sys
import time

import numpy as np
from safetensors.numpy import load_file, save_file

# The version of state.json that is written.
STATE_VERSION = 3

# The most steps that `dreamer` takes for a run's.
MOST_STEPS = 10 ** 15

# Where the reference's optimiser keeps its averages: the second and third link of its chain
# (clip, rms, momentum, …), each a pair of a count and a tree.
VARIANCE = "opt/state/1/1/"
MOMENTUM = "opt/state/2/1/"
COUNTS = re.compile(r"opt/(step/value|state/(1/0|2/0|\d/count))")

NORMALISERS = {
    "returnNormalizer": ("retnorm", 1.0),
    "valueNormalizer": ("valnorm", 1e-8),
    "advantageNormalizer": ("advnorm", 1e-8),
}


class Refusal(Exception):
    """What is wrong and what to do about it."""


# The reference's checkpoints


class ArraysOnly(pickle.Unpickler):
    """Unpickles numbers, texts, containers and numpy arrays; a pickle that names anything else, and
    so could run code, is refused."""

    ALLOWED = {
        ("collections", "OrderedDict"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        *(
            (f"numpy.{core}.{module}", name)
            for core in ("core", "_core")
            for module, name in (
                ("multiarray", "_reconstruct"),
                ("multiarray", "scalar"),
                ("numeric", "_frombuffer"),
            )
        ),
    }

    def find_class(self, module, name):
        if (module, name) in self.ALLOWED:
            return super().find_class(module, name)
        raise Refusal(f"it names {module}.{name}, which is no array; do not open this file")


def unpickle(path):
    try:
        with open(path, "rb") as file:
            return ArraysOnly(file).load()
    except Refusal as refusal:
        raise Refusal(f"{path}: {refusal}") from None
    except FileNotFoundError:
        raise Refusal(f"{path}: there is no such file; check the path") from None
    except Exception as error:
        raise Refusal(f"{path}: is damaged or no pickle ({error}); copy it again") from None


def find_reference(path):
    """The folder of a complete checkpoint."""
    latest = path / "latest"
    folder = path / latest.read_text().strip() if latest.is_file() else path
    if not folder.is_dir():
        raise Refusal(f"{folder}: there is no such folder; name a checkpoint of the reference")
    if not (folder / "agent.pkl").is_file():
        raise Refusal(f"{folder}: holds no agent.pkl; name a checkpoint of the reference")
    if not (folder / "done").is_file():
        raise Refusal(f"{folder}: was not written to its end (no `done` in it); use another")
    return folder


def read_reference(path):
    """The parameters by name, and the step."""
    folder = find_reference(path)
    agent = unpickle(folder / "agent.pkl")
    params = agent.get("params") if isinstance(agent, dict) else None
    if not isinstance(params, dict) or not params:
        raise Refusal(f"{folder / 'agent.pkl'}: holds no `params`; name a checkpoint of the agent")
    for name, value in params.items():
        if not isinstance(name, str) or not isinstance(value, (np.ndarray, np.generic)):
            raise Refusal(f"{folder / 'agent.pkl'}: {name!r} is no array")
        if np.asarray(value).dtype.kind not in "fiu":
            raise Refusal(f"{folder / 'agent.pkl'}: {name} holds {np.asarray(value).dtype}")
    return {name: np.asarray(value) for name, value in params.items()}, read_step(folder)


def read_step(folder):
    """The step of a checkpoint, 0 where it is not told."""
    path = folder / "step.pkl"
    step = unpickle(path) if path.is_file() else 0
    if isinstance(step, (np.ndarray, np.generic)) and np.size(step) == 1:
        step = step.item()
    if isinstance(step, float) and step.is_integer():
        step = int(step)
    # A bool is an int to Python. What is larger is no step to `dreamer`.
    if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step <= MOST_STEPS:
        raise Refusal(f"{path}: holds no number of steps; use another checkpoint")
    return step


def write_reference(folder, params, updates, step):
    """A checkpoint as the reference's `elements.Checkpoint` writes it."""
    name = time.strftime("%Y%m%dT%H%M%SF000000") + f"-{step:012d}"
    target = folder / name
    if target.exists():
        raise Refusal(f"{target}: exists; choose another folder")
    target.mkdir(parents=True)
    # The reference draws a batch's randomness from the number of updates, and an action's from the
    # number of actions, which we do not count.
    counters = {"updates": updates, "batches": updates, "actions": 0}
    parts = {"step": step, "agent": {"params": params, "counters": counters}, "replay": None}
    for part, value in parts.items():
        (target / f"{part}.pkl").write_bytes(pickle.dumps(value))
    (target / "done").write_bytes(b"")
    (folder / "latest").write_text(name)
    return target


# Ours


def find_ours(path):
    """The folder of a complete checkpoint."""
    files = ("parameters.safetensors", "optimizer.safetensors", "state.json")
    folders = [path] + sorted(
        (x for x in (path / "checkpoints").glob("*") if x.name.isdigit()),
        key=lambda x: -int(x.name),
    )
    for folder in folders:
        if all((folder / file).is_file() for file in files):
            return folder
    raise Refusal(f"{path}: holds no complete checkpoint; name a run folder or a checkpoint in it")


def read_ours(path):
    """Parameters, the optimiser's averages, and the state."""
    folder = find_ours(path)
    try:
        state = json.loads((folder / "state.json").read_text())
        parameters = load_file(folder / "parameters.safetensors")
        averages = load_file(folder / "optimizer.safetensors")
        int(state["step"]), int(state["agent"]["updates"])
    except Exception as error:
        raise Refusal(f"{folder}: is damaged ({error}); use another checkpoint") from None
    return parameters, averages, state


def number(params, name):
    """A parameter that is one finite number."""
    value = params.get(name)
    if value is None:
        raise Refusal(f"the checkpoint holds no {name}; use another")
    if value.size != 1 or not np.isfinite(value.item()):
        raise Refusal(f"{name} of the checkpoint is not one finite number; use another")
    return value.item()


def normaliser(params, name, limit):
    """What state.json says of a normaliser, whose settings other than its kind are the reference's
    defaults."""
    kinds = {"perc": ("lo", "hi"), "meanstd": ("mean", "sqrs")}
    impl = next((k for k, v in kinds.items() if f"{name}/{v[0]}/value" in params), "none")
    first, second = (
        [number(params, f"{name}/{part}/value") for part in kinds[impl]] if impl in kinds else [0, 0]
    )
    correction = params.get(f"{name}/corr/value")
    default = name != "retnorm"
    return {
        "configuration": {
            "impl": impl, "rate": 0.01, "limit": limit, "perclo": 5, "perchi": 95,
            "debias": correction is not None if impl != "none" else default,
        },
        "first": first, "second": second,
        "correction": 0 if correction is None else number(params, f"{name}/corr/value"),
    }


def write_ours(run, parameters, averages, updates, step, config):
    target = run / "checkpoints" / f"{step}"
    if target.exists() or (config and (run / "config.yaml").exists()):
        raise Refusal(f"{run}: already holds a run; choose another folder")
    agent = {key: normaliser(parameters, *value) for key, value in NORMALISERS.items()}
    count = "slowval_count/value"
    agent["slowValueCount"] = int(number(parameters, count)) if count in parameters else 0
    agent["updates"] = updates
    state = {"version": STATE_VERSION, "step": step, "isFinished": False, "agent": agent}
    # All that can be wrong is read before anything is written.
    configuration = config.read_bytes() if config else None
    with new_folder(target.with_suffix(".partial")) as partial:
        save_file(parameters, partial / "parameters.safetensors")
        save_file(averages, partial / "optimizer.safetensors")
        (partial / "state.json").write_text(json.dumps(state, sort_keys=True))
        if config:
            (run / "config.yaml").write_bytes(configuration)
        partial.rename(target)
    return target


@contextlib.contextmanager
def new_folder(path):
    """A folder that goes where not all of it can be written, with those that were made for it."""
    if path.exists():
        raise Refusal(f"{path}: was left by a conversion that was cut off; remove it")
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        path.mkdir(parents=True)
        yield path
    except BaseException:
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)
        raise


# The two directions


def report(title, names):
    if names:
        rest = f" and {len(names) - 5} more" if len(names) > 5 else ""
        print(f"{title}: {', '.join(names[:5])}{rest}")


def split(params):
    """The reference's parameters as ours, as the optimiser's averages, as counts, and the rest."""
    parameters, averages, counts, rest = {}, {}, {}, []
    for name in sorted(params):
        # Not ascontiguousarray, which makes a vector of a scalar.
        value = np.require(params[name], requirements="C")
        if name.startswith(VARIANCE):
            averages[name[len(VARIANCE):] + "/variance"] = value.astype(np.float32)
        elif name.startswith(MOMENTUM):
            averages[name[len(MOMENTUM):] + "/momentum"] = value.astype(np.float32)
        elif COUNTS.fullmatch(name):
            counts[name] = int(number(params, name))
        elif name.startswith("opt/"):
            rest.append(name)
        else:
            parameters[name] = value.astype(np.float32 if value.dtype.kind == "f" else np.int32)
    return parameters, averages, counts, rest


def to_ours(arguments):
    params, step = read_reference(arguments.source)
    parameters, averages, counts, rest = split(params)
    if len(set(counts.values())) > 1:
        raise Refusal(f"the optimiser's counts differ ({counts}); use another checkpoint")
    updates = next(iter(counts.values()), 0)
    lonely = [name for name in averages if averages_partner(name) not in averages]
    for name in lonely:
        averages[averages_partner(name)] = np.zeros_like(averages[name])
    target = write_ours(arguments.target, parameters, averages, updates, step, arguments.config)
    print(f"{target}: step {step}, {updates} updates, {len(parameters)} tensors, "
          f"{len(averages)} averages of the optimiser")
    report("set to zero, for they are missing", [averages_partner(name) for name in lonely])
    report("left out, for they mean nothing here", rest)
    print("left out: the counters of batches and actions, and replay")


def averages_partner(name):
    """The momentum of a variance and the other way round."""
    stem, kind = name.rsplit("/", 1)
    return f"{stem}/{'momentum' if kind == 'variance' else 'variance'}"


def to_reference(arguments):
    parameters, averages, state = read_ours(arguments.source)
    step, updates = int(state["step"]), int(state["agent"]["updates"])
    count = np.array(updates, np.int32)
    params = dict(parameters)
    prefixes = {"variance": VARIANCE, "momentum": MOMENTUM}
    for name, value in averages.items():
        stem, kind = name.rsplit("/", 1)
        params[prefixes[kind] + stem] = value
    schedule = 4 if arguments.decays else 3
    names = ("opt/step/value", "opt/state/1/0", "opt/state/2/0", f"opt/state/{schedule}/count")
    params.update({name: count for name in names})
    ordered = collections.OrderedDict(sorted(params.items()))
    target = write_reference(arguments.target, dict(ordered), updates, step)
    print(f"{target}: step {step}, {updates} updates, {len(params)} tensors")
    print("left out: replay, environments, and everything else of state.json")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="to-ours | to-reference")
    for name, function in (("to-ours", to_ours), ("to-reference", to_reference)):
        command = commands.add_parser(name)
        command.add_argument("source", type=pathlib.Path)
        command.add_argument("target", type=pathlib.Path)
        command.set_defaults(function=function)
        if name == "to-ours":
            command.add_argument("--config", type=pathlib.Path, help=(
                "the config.yaml for the run folder, as `dreamer train --print-config` prints it"))
        else:
            command.add_argument("--decays", action="store_true", help=(
                "the reference's run has agent.opt.wd above 0, and so one more link in its optimiser"))
    arguments = parser.parse_args()
    try:
        arguments.function(arguments)
    except (Refusal, OSError) as error:
        sys.exit(f"exchange: {error}")


if __name__ == "__main__":
    main()
