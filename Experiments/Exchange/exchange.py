#!/usr/bin/env python3
"""Turns the authors' checkpoints into ours and back.

    exchange.py to-ours      REFERENCE RUN [--config FILE] [--task WORLD]
    exchange.py to-reference RUN REFERENCE [--decays] [--float16]

REFERENCE is a checkpoint of danijar/dreamerv3: the `ckpt` folder of a run, whose newest is taken, or
one checkpoint in it; of a run of their `parallel` script too, whose agent and step lie in `ckpt/agent`
and `ckpt/logger`. RUN is a run folder of ours, whose newest checkpoint is taken, or a checkpoint in
it. Nothing that exists is replaced. What is mapped, and what is not, is printed; README.md says why.
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import pickle
import re
import shutil
import sys
import time

import numpy as np

from configuration import NotTheirs, to_ours_configuration
from refusal import Refusal
from tensors import load_file, load_metadata, save_file

# The version of state.json that is written.
STATE_VERSION = 3

# The most steps that `dreamer` takes for a run's.
MOST_STEPS = 10 ** 15

# Where the reference's optimiser keeps its averages: the second and third link of its chain
# (clip, rms, momentum, …), each a pair of a count and a tree. With float16 the chain stands inside of
# what watches for infinities.
WATCHED = "inner_state/"
AVERAGES = re.compile(rf"opt/state/({WATCHED})?(1|2)/1/(.+)")
KINDS = {"1": "variance", "2": "momentum"}
COUNTS = re.compile(rf"opt/(step/value|state/({WATCHED})?(1/0|2/0|\d+/count))")

# What loss scaling begins with (embodied/jax/opt.py, optax.apply_if_finite).
SCALING = {
    "opt/grad_scale/value": np.array(1e4, np.float32),
    "opt/good_steps/value": np.array(0, np.int32),
    "opt/state/last_finite": np.array(True),
    "opt/state/notfinite_count": np.array(0, np.int32),
    "opt/state/total_notfinite": np.array(0, np.int32),
}

# What of a checkpoint of the reference has no place in ours, for the way back: arrays under their
# names, and in the metadata counters and the number of the schedule's link.
REST = "reference.safetensors"

NORMALISERS = {
    "returnNormalizer": ("retnorm", 1.0),
    "valueNormalizer": ("valnorm", 1e-8),
    "advantageNormalizer": ("advnorm", 1e-8),
}


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
        # How protocols before 3 write bytes.
        if (module, name) == ("_codecs", "encode"):
            return lambda text, _: text.encode("latin1")
        if (module, name) in self.ALLOWED:
            # What was numpy.core is called numpy._core since version 2.
            if module.startswith("numpy."):
                newer = hasattr(np, "_core")
                module = module.replace(*((".core.", "._core.") if newer else ("._core.", ".core.")))
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


def newest(path):
    """The folder that `latest` names, or the path itself."""
    latest = path / "latest"
    if not latest.is_file():
        return path
    try:
        name = latest.read_text().strip()
    except UnicodeDecodeError:
        name = ""
    if not name or name in (".", "..") or "/" in name or "\0" in name:
        raise Refusal(f"{latest}: names no folder; name one of the checkpoints beside it")
    if not (path / name).is_dir():
        raise Refusal(f"{latest}: names {name}, which is gone; name one of the checkpoints beside it")
    return path / name


def complete(folder):
    """The folder, if it was written to its end."""
    if not (folder / "done").is_file():
        raise Refusal(f"{folder}: was not written to its end (no `done` in it); use another")
    return folder


def agent_files(folder):
    """The file of the agent, or its parts in their order."""
    if (folder / "agent.pkl").is_file():
        return [folder / "agent.pkl"]
    parts = sorted(folder.glob("agent-[0-9]*.pkl"))
    for number, part in enumerate(parts):
        if part.name != f"agent-{number:04d}.pkl":
            raise Refusal(f"{folder}: agent-{number:04d}.pkl is missing; copy the folder again")
    return parts


def find_reference(path):
    """The folders of a complete checkpoint: of the agent, and of the step."""
    if not path.is_dir():
        raise Refusal(f"{path}: there is no such folder; name a checkpoint of the reference")
    # A run's folder, and what their `parallel` script writes.
    if (path / "ckpt").is_dir() and not (path / "latest").is_file():
        path = path / "ckpt"
    if (path / "agent").is_dir() and not (path / "latest").is_file():
        path = path / "agent"
    folder = newest(path)
    if not agent_files(folder):
        raise Refusal(
            f"{folder}: holds no agent.pkl; name a checkpoint of the reference, which is `ckpt` of a "
            "run, or `ckpt/agent` of one of their `parallel` script")
    complete(folder)
    if (folder / "step.pkl").is_file():
        return folder, folder
    # `parallel` keeps the step with the logger: beside the agent's checkpoints, or one level up.
    for place in (path / ".." / "logger", path / ".." / ".." / "logger"):
        place = pathlib.Path(os.path.normpath(place))
        if place.is_dir():
            return folder, complete(newest(place))
    return folder, None


def read_reference(path):
    """The parameters by name, the counters, and the step."""
    folder, logger = find_reference(path)
    params, counters = {}, {}
    for file in agent_files(folder):
        agent = unpickle(file)
        found = agent.get("params") if isinstance(agent, dict) else None
        if not isinstance(found, dict) or not found:
            raise Refusal(f"{file}: holds no `params`; name a checkpoint of the agent")
        for name, value in found.items():
            if not isinstance(name, str) or not isinstance(value, (np.ndarray, np.generic)):
                raise Refusal(f"{file}: {name!r} is no array")
            value = np.asarray(value)
            if value.dtype.kind not in "fiub":
                raise Refusal(f"{file}: {name} holds {value.dtype}")
            if value.dtype.kind == "b" and not name.startswith("opt/"):
                raise Refusal(f"{file}: {name} holds booleans")
            if name in params:
                raise Refusal(f"{file}: {name} is in two parts")
            params[name] = value
        if isinstance(agent.get("counters"), dict):
            counters = {
                key: value for key, value in agent["counters"].items()
                if isinstance(key, str) and isinstance(value, int)}
    if logger is None:
        print(f"{folder}: no step.pkl in it and no logger beside it, so the step is 0")
    elif logger != folder:
        print(f"the agent is in {folder}, the step in {logger}")
    return params, counters, read_step(logger)


def read_step(folder):
    """The step of a checkpoint, 0 where it is not told."""
    if folder is None:
        return 0
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


def write_reference(folder, params, counters, step):
    """A checkpoint as the reference's `elements.Checkpoint` writes it."""
    name = time.strftime("%Y%m%dT%H%M%SF000000") + f"-{step:012d}"
    target = folder / name
    if target.exists():
        raise Refusal(f"{target}: exists; choose another folder")
    target.mkdir(parents=True)
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
    """Parameters, the optimiser's averages, the state, and the rest of a converted checkpoint."""
    folder = find_ours(path)
    rest, about = {}, {}
    try:
        state = json.loads((folder / "state.json").read_text())
        parameters = load_file(folder / "parameters.safetensors")
        averages = load_file(folder / "optimizer.safetensors")
        int(state["step"]), int(state["agent"]["updates"])
        if (folder / REST).is_file():
            rest, about = load_file(folder / REST), load_metadata(folder / REST)
            about = {key: json.loads(value) for key, value in about.items()}
    except Refusal:
        raise
    except Exception as error:
        raise Refusal(f"{folder}: is damaged ({error}); use another checkpoint") from None
    return parameters, averages, state, rest, about


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


def write_ours(run, parameters, averages, updates, step, configuration, rest, about):
    target = run / "checkpoints" / f"{step}"
    if target.exists() or (configuration is not None and (run / "config.yaml").exists()):
        raise Refusal(f"{run}: already holds a run; choose another folder")
    agent = {key: normaliser(parameters, *value) for key, value in NORMALISERS.items()}
    count = "slowval_count/value"
    agent["slowValueCount"] = int(number(parameters, count)) if count in parameters else 0
    agent["updates"] = updates
    state = {"version": STATE_VERSION, "step": step, "isFinished": False, "agent": agent}
    with new_folder(target.with_suffix(".partial")) as partial:
        save_file(parameters, partial / "parameters.safetensors")
        save_file(averages, partial / "optimizer.safetensors")
        (partial / "state.json").write_text(json.dumps(state, sort_keys=True))
        save_file(rest, partial / REST, {key: json.dumps(value) for key, value in about.items()})
        if configuration is not None:
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
    parameters, averages, counts, rest = {}, {}, {}, {}
    for name in sorted(params):
        # Not ascontiguousarray, which makes a vector of a scalar.
        value = np.require(params[name], requirements="C")
        average = AVERAGES.fullmatch(name)
        if average:
            averages[f"{average[3]}/{KINDS[average[2]]}"] = value.astype(np.float32)
        elif COUNTS.fullmatch(name):
            counts[name] = int(number(params, name))
        elif name.startswith("opt/"):
            rest[name] = value
        else:
            parameters[name] = value.astype(np.float32 if value.dtype.kind == "f" else np.int32)
    return parameters, averages, counts, rest


def read_configuration(arguments):
    """The text of the run folder's config.yaml; nil where none is to be written."""
    if not arguments.config:
        if arguments.task:
            raise Refusal("--task goes with --config, the reference's config.yaml")
        return None
    content = arguments.config.read_bytes()
    try:
        lines, notes = to_ours_configuration(content.decode(), arguments.task)
    except NotTheirs:
        if arguments.task:
            raise Refusal(f"{arguments.config}: is in our keys and names its own task; leave --task out")
        return content
    except UnicodeDecodeError:
        raise Refusal(f"{arguments.config}: is not UTF-8") from None
    except Refusal as refusal:
        raise Refusal(f"{arguments.config}: {refusal}") from None
    for note in notes:
        print(f"configuration: {note}")
    return "".join(f"{line}\n" for line in lines).encode()


def to_ours(arguments):
    configuration = read_configuration(arguments)
    params, counters, step = read_reference(arguments.source)
    parameters, averages, counts, rest = split(params)
    if not parameters:
        raise Refusal(f"{arguments.source}: holds no network; name a checkpoint of the agent")
    if len(set(counts.values())) > 1:
        raise Refusal(f"the optimiser's counts differ ({counts}); use another checkpoint")
    updates = next(iter(counts.values()), 0)
    lonely = [name for name in averages if averages_partner(name) not in averages]
    for name in lonely:
        averages[averages_partner(name)] = np.zeros_like(averages[name])
    about = {"counters": counters, "counts": sorted(counts)}
    target = write_ours(
        arguments.target, parameters, averages, updates, step, configuration, rest, about)
    print(f"{target}: step {step}, {updates} updates, {len(parameters)} tensors, "
          f"{len(averages)} averages of the optimiser")
    bad = [k for k, v in parameters.items() if v.dtype.kind == "f" and not np.isfinite(v).all()]
    report("not finite, so that `dreamer` refuses it", bad)
    report("set to zero, for they are missing", [averages_partner(name) for name in lonely])
    report(f"kept in {REST} for the way back, for they mean nothing here", list(rest))
    print("left out: replay")


def averages_partner(name):
    """The momentum of a variance and the other way round."""
    stem, kind = name.rsplit("/", 1)
    return f"{stem}/{'momentum' if kind == 'variance' else 'variance'}"


def to_reference(arguments):
    parameters, averages, state, rest, about = read_ours(arguments.source)
    if not any(name.startswith("dyn/obslogit/") for name in parameters):
        raise Refusal(
            f"{arguments.source}: its latents are not categorical, and the reference has no others")
    step, updates = int(state["step"]), int(state["agent"]["updates"])
    if arguments.float16 and not rest:
        rest = SCALING
    watched = WATCHED if "opt/state/last_finite" in rest else ""
    params = dict(parameters) | rest
    links = {kind: link for link, kind in KINDS.items()}
    for name, value in averages.items():
        stem, kind = name.rsplit("/", 1)
        params[f"opt/state/{watched}{links[kind]}/1/{stem}"] = value
    schedule = 4 if arguments.decays else 3
    chain = [f"opt/state/{watched}{name}" for name in ("1/0", "2/0", f"{schedule}/count")]
    names = about.get("counts") or ["opt/step/value", *chain]
    params.update({name: np.array(updates, np.int32) for name in names})
    ordered = collections.OrderedDict(sorted(params.items()))
    # The reference draws a batch's randomness from the number of updates, and an action's from the
    # number of actions, which we do not count.
    counters = about.get("counters") or {"updates": updates, "batches": updates, "actions": 0}
    target = write_reference(arguments.target, dict(ordered), counters, step)
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
                "the config.yaml for the run folder: the reference's, of which what is ours is written, "
                "or one in our keys, as `dreamer train --print-config` prints it"))
            command.add_argument("--task", help=(
                "the world for the run folder's config.yaml, of those that `dreamer envs` lists"))
        else:
            command.add_argument("--decays", action="store_true", help=(
                "the reference's run has agent.opt.wd above 0, and so one more link in its optimiser; "
                "a checkpoint that came from there knows it by itself"))
            command.add_argument("--float16", action="store_true", help=(
                "the reference's run has jax.compute_dtype float16, and so loss scaling; likewise"))
    arguments = parser.parse_args()
    try:
        arguments.function(arguments)
    except (Refusal, OSError) as error:
        sys.exit(f"exchange: {error}")


if __name__ == "__main__":
    main()
