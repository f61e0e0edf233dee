"""The reference's optimiser (section 11)."""

from collections.abc import Iterable

import torch
from torch import nn


class LaProp(torch.optim.Optimizer):
    """Adaptive gradient clipping, then momentum on RMS-normalised gradients, tensor by tensor."""

    def __init__(
        self, parameters: Iterable[nn.Parameter], learning_rate: float = 4e-5, warmup: int = 1000
    ):
        super().__init__(parameters, {"lr": learning_rate})
        self.warmup = warmup
        self.updates = 0

    @torch.no_grad()
    def step(self) -> None:
        self.updates += 1
        warm = min(1.0, (self.updates - 1) / self.warmup) if self.warmup else 1.0
        for group in self.param_groups:
            for parameter in group["params"]:
                self.update(parameter, warm * group["lr"])

    def update(self, parameter: nn.Parameter, learning_rate: float) -> None:
        state = self.state[parameter]
        if not state:
            state["square"] = torch.zeros_like(parameter)
            state["momentum"] = torch.zeros_like(parameter)
        limit = 0.3 * parameter.norm().clamp(min=1e-3)
        gradient = parameter.grad / (parameter.grad.norm() / limit).clamp(min=1)
        square, momentum = state["square"], state["momentum"]
        square.lerp_(gradient.square(), 0.001)
        deviation = (square / (1 - 0.999**self.updates)).sqrt()
        momentum.lerp_(gradient / (deviation + 1e-20), 0.1)
        parameter.sub_(momentum, alpha=learning_rate / (1 - 0.9**self.updates))
