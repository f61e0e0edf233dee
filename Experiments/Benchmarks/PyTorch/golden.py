"""Files of tensors that the authors' code wrote, as `Tests/Fixtures/golden/README.md` has them."""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor, nn

from model import Sizes
from update import Batch


class Golden:
    """One file: sizes, parameters, a batch, and what the authors' code made of them."""

    def __init__(self, path: Path):
        with safe_open(path, framework="pt") as file:
            self.tensors = {key: file.get_tensor(key) for key in file.keys()}
            metadata = file.metadata()
        self.spec = json.loads(metadata["spec"])
        self.agent = json.loads(metadata["agent"])
        if self.spec["obs"] != "image" or self.spec["action"] != "discrete":
            raise ValueError("this program knows images and discrete actions only")
        if self.agent["enc.simple.strided"] or self.agent["dec.simple.strided"]:
            raise ValueError("this program has no strided convolutions")

    def __getitem__(self, key: str) -> Tensor:
        return self.tensors[key]

    def names(self, prefix: str) -> list[str]:
        """Keys that begin with `prefix`, without it."""
        return [key.removeprefix(prefix) for key in self.tensors if key.startswith(prefix)]

    def sizes(self) -> Sizes:
        agent = self.agent
        return Sizes(
            image=tuple(self.spec["image"]),
            actions=self.spec["n"],
            deter=agent["dyn.rssm.deter"],
            hidden=agent["dyn.rssm.hidden"],
            latents=agent["dyn.rssm.stoch"],
            classes=agent["dyn.rssm.classes"],
            blocks=agent["dyn.rssm.blocks"],
            decoder_blocks=agent["dec.simple.bspace"],
            depth=agent["enc.simple.depth"],
            mults=tuple(agent["enc.simple.mults"]),
            units=agent["value.units"],
            bins=agent["value.bins"],
            unimix=agent["dyn.rssm.unimix"],
            free_nats=agent["dyn.rssm.free_nats"],
            imagined=agent["imag_length"],
            horizon=agent["horizon"],
        )

    def batch(self) -> Batch:
        """Row 0 gives the carry and the first action; all else is of the rows behind it."""
        rows = {key: self[f"batch/{key}"][:, 1:] for key in self.names("batch/")}
        actions = self["batch/action"][:, :-1].long()
        return Batch(
            image=rows["image"],
            actions=F.one_hot(actions, self.spec["n"]).float(),
            reward=rows["reward"],
            is_first=rows["is_first"].float(),
            is_last=rows["is_last"].float(),
            is_terminal=rows["is_terminal"].float(),
            deter=self["batch/dyn/deter"][:, 0],
            stoch=self["batch/dyn/stoch"][:, 0].flatten(1),
        )

    def load(self, module: nn.Module, prefix: str) -> None:
        """Sets every parameter of a module to that of `prefix/name`."""
        with torch.no_grad():
            for name, parameter, layer in named_parameters(module):
                parameter.copy_(from_reference(self[f"{prefix}/{name}"], layer))


def named_parameters(module: nn.Module) -> list[tuple[str, nn.Parameter, nn.Module]]:
    """Each parameter with its name in the reference and the layer that it belongs to."""
    return [
        (reference_name(f"{path}.{name}", layer), parameter, layer)
        for path, layer in module.named_modules()
        for name, parameter in layer.named_parameters(recurse=False)
    ]


def reference_name(name: str, layer: nn.Module) -> str:
    weight = "scale" if isinstance(layer, nn.RMSNorm) else "kernel"
    return name.replace(".weight", f".{weight}").replace(".", "/")


def from_reference(tensor: Tensor, layer: nn.Module) -> Tensor:
    """The axes as the layer has them: the reference's kernels have inputs before outputs."""
    if isinstance(layer, nn.Linear) and tensor.dim() == 2:
        return tensor.T
    if isinstance(layer, nn.Conv2d) and tensor.dim() == 4:
        return tensor.permute(3, 2, 0, 1)
    return tensor
