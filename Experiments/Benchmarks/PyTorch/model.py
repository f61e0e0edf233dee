"""The networks of the reference agent, `size1m` by default: plain PyTorch, float32.

Shapes: B sequences, T rows, N = B·T states, A actions, E tokens, D deter, S latents of C classes,
F = D + S·C features, G blocks. Section numbers are those of the algorithm's description, which
names layers as the reference does; the keys of each network's layers are those names.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Sampler = Callable[[Tensor], Tensor]
"""From probabilities [..., C] to the index of a class [...]."""


@dataclass(frozen=True)
class Sizes:
    """Sizes and constants of the agent (section 0)."""

    image: tuple[int, int, int] = (64, 64, 3)
    actions: int = 5
    deter: int = 512
    hidden: int = 64
    latents: int = 32
    classes: int = 4
    blocks: int = 8
    decoder_blocks: int = 8
    depth: int = 4
    mults: tuple[int, ...] = (2, 3, 4, 4)
    units: int = 64
    bins: int = 255
    unimix: float = 0.01
    free_nats: float = 1.0
    imagined: int = 15
    horizon: int = 333

    @property
    def channels(self) -> list[int]:
        """Channels of each stage of the encoder."""
        return [self.depth * mult for mult in self.mults]

    @property
    def smallest(self) -> tuple[int, int, int]:
        """Height, width and channels of the smallest picture."""
        shrink = 2 ** len(self.mults)
        return self.image[0] // shrink, self.image[1] // shrink, self.channels[-1]

    @property
    def stoch(self) -> int:
        return self.latents * self.classes

    @property
    def features(self) -> int:
        return self.deter + self.stoch


# Layers and initialisation (section 1)


def initialize(weight: Tensor, fan_in: int, scale: float) -> None:
    """A normal distribution cut off at two deviations, of variance scale²/fan_in."""
    deviation = 1.1368 * scale * fan_in**-0.5
    if deviation == 0:
        nn.init.zeros_(weight)
    else:
        nn.init.trunc_normal_(weight, std=deviation, a=-2 * deviation, b=2 * deviation)


def make_linear(inputs: int, outputs: int, scale: float = 1.0) -> nn.Linear:
    layer = nn.Linear(inputs, outputs)
    initialize(layer.weight, inputs, scale)
    nn.init.zeros_(layer.bias)
    return layer


def make_conv(inputs: int, outputs: int) -> nn.Conv2d:
    layer = nn.Conv2d(inputs, outputs, kernel_size=5, padding=2)
    initialize(layer.weight, 25 * inputs, 1.0)
    nn.init.zeros_(layer.bias)
    return layer


def make_norm(size: int) -> nn.RMSNorm:
    return nn.RMSNorm(size, eps=1e-4)


class BlockLinear(nn.Module):
    """A matrix for each of G contiguous groups of features, [N, G, in/G] → [N, G, out/G]."""

    def __init__(self, inputs: int, outputs: int, blocks: int):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(blocks, inputs // blocks, outputs // blocks))
        self.bias = nn.Parameter(torch.zeros(outputs))
        # The reference counts the full input as the fan-in of every block.
        initialize(self.weight, inputs, 1.0)

    def forward(self, x: Tensor) -> Tensor:
        bias = self.bias.view(self.weight.shape[0], 1, -1)
        return torch.baddbmm(bias, x.transpose(0, 1), self.weight).transpose(0, 1)


class Layers(nn.ModuleDict):
    """Layers by the names of the reference; `x` and `xnorm` make one activated layer."""

    def add(self, name: str, layer: nn.Module, normalized: int) -> None:
        self[name] = layer
        self[f"{name}norm"] = make_norm(normalized)

    def activate(self, name: str, x: Tensor) -> Tensor:
        return F.silu(self[f"{name}norm"](self[name](x)))

    def normalize_channels(self, name: str, x: Tensor) -> Tensor:
        """Norm over the channels of [N, channels, height, width], then the activation."""
        # In channels-last memory the channels are the last axis already: nothing is copied.
        return F.silu(self[name](x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)


# Networks


class Encoder(Layers):
    """Images to tokens (section 3): convolution, 2×2 max-pool, norm, SiLU for each stage."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        inputs = [sizes.image[2], *sizes.channels]
        for i, channels in enumerate(sizes.channels):
            self.add(f"cnn{i}", make_conv(inputs[i], channels), channels)
        self.stages = len(sizes.channels)

    def forward(self, image: Tensor) -> Tensor:
        """[N, height, width, channels] in 0…1 → [N, E]."""
        x = image.permute(0, 3, 1, 2) - 0.5
        for i in range(self.stages):
            x = self.normalize_channels(f"cnn{i}norm", F.max_pool2d(self[f"cnn{i}"](x), 2))
        return x.permute(0, 2, 3, 1).flatten(1)


class RSSM(Layers):
    """The recurrent state-space model (section 4)."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        self.sizes = sizes
        deter, hidden, blocks = sizes.deter, sizes.hidden, sizes.blocks
        for i, inputs in enumerate([deter, sizes.stoch, sizes.actions]):
            self.add(f"dynin{i}", make_linear(inputs, hidden), hidden)
        self.add("dynhid0", BlockLinear(deter + 3 * hidden * blocks, deter, blocks), deter)
        self["dyngru"] = BlockLinear(deter, 3 * deter, blocks)
        height, width, channels = sizes.smallest
        tokens = height * width * channels
        self.add("obs0", make_linear(deter + tokens, hidden), hidden)
        self["obslogit"] = make_linear(hidden, sizes.stoch)
        for i, inputs in enumerate([deter, hidden]):
            self.add(f"prior{i}", make_linear(inputs, hidden), hidden)
        self["priorlogit"] = make_linear(hidden, sizes.stoch)

    def core(self, deter: Tensor, stoch: Tensor, action: Tensor) -> Tensor:
        """The next deter [N, D] after an action that its layer has embedded, [N, hidden]."""
        # Actions are one-hot: the limit to ±1 would change nothing.
        rows, blocks = deter.shape[0], self.sizes.blocks
        inputs = [self.activate("dynin0", deter), self.activate("dynin1", stoch), action]
        shared = torch.cat(inputs, -1)[:, None].expand(-1, blocks, -1)
        x = torch.cat([deter.view(rows, blocks, -1), shared], -1)
        x = self["dynhid0"](x).reshape(rows, -1)  # [N, D]: the norm sees all blocks
        x = F.silu(self["dynhid0norm"](x)).view(rows, blocks, -1)
        reset, candidate, update = self["dyngru"](x).chunk(3, -1)  # inside each block
        candidate = torch.tanh(torch.sigmoid(reset) * candidate)
        update = torch.sigmoid(update - 1)
        return torch.lerp(deter.view(rows, blocks, -1), candidate, update).reshape(rows, -1)

    def posterior(self, deter: Tensor, tokens: Tensor) -> Tensor:
        """Raw logits [N, S, C] of q(z | h, x)."""
        x = self.activate("obs0", torch.cat([deter, tokens], -1))
        return self["obslogit"](x).unflatten(-1, (self.sizes.latents, self.sizes.classes))

    def prior(self, deter: Tensor) -> Tensor:
        """Raw logits [..., S, C] of p(z | h)."""
        x = self.activate("prior1", self.activate("prior0", deter))
        return self["priorlogit"](x).unflatten(-1, (self.sizes.latents, self.sizes.classes))

    def probabilities(self, logits: Tensor) -> Tensor:
        """Softmax mixed with the uniform distribution, in sampling and divergences alike."""
        mix = self.sizes.unimix
        return (1 - mix) * logits.softmax(-1) + mix / self.sizes.classes

    def sample(self, logits: Tensor, sampler: Sampler) -> Tensor:
        """Straight-through one-hot sample [N, S·C] of logits [N, S, C]."""
        probabilities = self.probabilities(logits)
        index = sampler(probabilities.detach())
        sample = F.one_hot(index, self.sizes.classes) + probabilities - probabilities.detach()
        return sample.flatten(-2)

    def observe(
        self,
        deter: Tensor,
        stoch: Tensor,
        tokens: Tensor,
        actions: Tensor,
        is_first: Tensor,
        sampler: Sampler,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Follows the posterior through T rows.

        Takes deter [B, D] and stoch [B, S·C] of the row before, tokens [B, T, E], the action
        before each row [B, T, A], is_first [B, T]; returns deter [B, T, D], stoch [B, T, S·C]
        and raw posterior logits [B, T, S, C].
        """
        keep = 1 - is_first[..., None]
        embedded = self.activate("dynin2", actions * keep)
        deters, stochs, logits = [], [], []
        for t in range(tokens.shape[1]):
            deter = self.core(deter * keep[:, t], stoch * keep[:, t], embedded[:, t])
            logits.append(self.posterior(deter, tokens[:, t]))
            stoch = self.sample(logits[-1], sampler)
            deters.append(deter)
            stochs.append(stoch)
        return torch.stack(deters, 1), torch.stack(stochs, 1), torch.stack(logits, 1)

    def imagine(
        self, deter: Tensor, stoch: Tensor, action: Tensor, sampler: Sampler
    ) -> tuple[Tensor, Tensor]:
        """One step [N, …] without an observation, after a one-hot action [N, A]."""
        deter = self.core(deter, stoch, self.activate("dynin2", action))
        return deter, self.sample(self.prior(deter), sampler)


class Decoder(Layers):
    """Latent states to images (section 6)."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        self.sizes = sizes
        height, width, channels = sizes.smallest
        outputs = height * width * channels
        self["sp0"] = BlockLinear(sizes.deter, outputs, sizes.decoder_blocks)
        self.add("sp1", make_linear(sizes.stoch, 2 * sizes.units), 2 * sizes.units)
        self["sp2"] = make_linear(2 * sizes.units, outputs)
        self["spnorm"] = make_norm(channels)
        self.stages = range(len(sizes.channels) - 2, -1, -1)
        for i in self.stages:
            layer = make_conv(sizes.channels[i + 1], sizes.channels[i])
            self.add(f"conv{i}", layer, sizes.channels[i])
        self["imgout"] = make_conv(sizes.channels[0], sizes.image[2])

    def forward(self, deter: Tensor, stoch: Tensor) -> Tensor:
        """[N, D] and [N, S·C] → means [N, height, width, channels] in 0…1."""
        height, width, channels = self.sizes.smallest
        blocks = self.sizes.decoder_blocks
        x = self["sp0"](deter.unflatten(-1, (blocks, -1)))
        x = x.reshape(-1, blocks, height, width, channels // blocks)
        x = x.permute(0, 2, 3, 1, 4).flatten(3)  # [N, height, width, channels]
        x = x + self["sp2"](self.activate("sp1", stoch)).view(x.shape)
        x = self.normalize_channels("spnorm", x.permute(0, 3, 1, 2))
        for i in self.stages:
            x = self.normalize_channels(f"conv{i}norm", self[f"conv{i}"](double(x)))
        return torch.sigmoid(self["imgout"](double(x))).permute(0, 2, 3, 1)


def double(x: Tensor) -> Tensor:
    """Each pixel four times."""
    return F.interpolate(x, scale_factor=2, mode="nearest")


class Head(Layers):
    """An MLP with one linear output (section 7)."""

    def __init__(
        self, inputs: int, units: int, layers: int, name: str, outputs: int, scale: float
    ):
        super().__init__()
        self.layers = layers
        self.output = f"head/{name}"
        for i in range(layers):
            self[f"mlp/linear{i}"] = make_linear(units if i else inputs, units)
            self[f"mlp/norm{i}"] = make_norm(units)
        self[self.output] = make_linear(units, outputs, scale)

    def forward(self, features: Tensor) -> Tensor:
        """[..., F] → [..., outputs]."""
        x = features
        for i in range(self.layers):
            x = F.silu(self[f"mlp/norm{i}"](self[f"mlp/linear{i}"](x)))
        return self[self.output](x)


class Agent(nn.Module):
    """Everything that is trained, under the reference's names."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        self.sizes = sizes
        features, units, bins = sizes.features, sizes.units, sizes.bins
        self.enc = Encoder(sizes)
        self.dyn = RSSM(sizes)
        self.dec = Decoder(sizes)
        self.rew = Head(features, units, 1, "logits", bins, scale=0)
        self.con = Head(features, units, 1, "logit", 1, scale=1)
        self.pol = Head(features, units, 3, "action/logits", sizes.actions, scale=0.01)
        self.val = Head(features, units, 3, "logits", bins, scale=0)
        # Twice as fast as PyTorch's default layout for convolutions of so few channels.
        self.to(memory_format=torch.channels_last)
