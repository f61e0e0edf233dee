"""One gradient update of the agent (section 9)."""

import copy
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

import losses
from model import Agent, Sampler
from optimizer import LaProp

SCALES = {
    "image": 1.0,
    "rew": 1.0,
    "con": 1.0,
    "dyn": 1.0,
    "rep": 0.1,
    "policy": 1.0,
    "value": 1.0,
    "repval": 0.3,
}


@dataclass
class Batch:
    """T rows of each of B sequences, and what the row before them holds."""

    image: Tensor
    """[B, T, height, width, channels] bytes."""
    actions: Tensor
    """[B, T, A] one-hot, each chosen in the row before."""
    reward: Tensor
    """[B, T]."""
    is_first: Tensor
    """[B, T], 0 or 1, as the other flags."""
    is_last: Tensor
    is_terminal: Tensor
    deter: Tensor
    """[B, D], of the row before."""
    stoch: Tensor
    """[B, S·C], of the row before."""


@dataclass
class Forward:
    """What the world model makes of a batch."""

    tokens: Tensor  # [B, T, E]
    deter: Tensor  # [B, T, D]
    stoch: Tensor  # [B, T, S·C]
    logits: Tensor  # [B, T, S, C] raw, of the posterior
    prior_logits: Tensor  # [B, T, S, C] raw
    image: Tensor  # [B, T, height, width, channels] in 0…1


class ReturnRange:
    """Moving 5th and 95th percentile of imagined returns (section 12)."""

    def __init__(self) -> None:
        self.low = torch.zeros(())
        self.high = torch.zeros(())

    def update(self, returns: Tensor) -> Tensor:
        """The scale of advantages after these returns [H, N]."""
        low, high = torch.quantile(returns, torch.tensor([0.05, 0.95]))
        self.low = torch.lerp(self.low, low, 0.01)
        self.high = torch.lerp(self.high, high, 0.01)
        return (self.high - self.low).clamp(min=1)


def draw(probabilities: Tensor) -> Tensor:
    """A class [...] with each of the probabilities [..., C]."""
    # The smallest of exponential clocks rings: quicker than `torch.multinomial`.
    return (probabilities / torch.empty_like(probabilities).exponential_()).argmax(-1)


class Learner:
    """An agent with all that training it keeps."""

    def __init__(self, agent: Agent, optimizer: LaProp, sampler: Sampler = draw):
        self.agent = agent
        self.optimizer = optimizer
        self.sampler = sampler
        self.slow = copy.deepcopy(agent.val).requires_grad_(False)
        self.range = ReturnRange()
        self.bins = losses.make_bins(agent.sizes.bins)
        self.discount = 1 - 1 / agent.sizes.horizon

    def train(self, batch: Batch) -> tuple[dict[str, Tensor], Forward]:
        """One update; returns the losses by row, and with `Forward` the latents for replay."""
        self.optimizer.zero_grad()
        rows, forward = self.losses(batch)
        self.total(rows).backward()
        self.optimizer.step()
        self.update_slow()
        return rows, forward

    @staticmethod
    def total(rows: dict[str, Tensor]) -> Tensor:
        """The scalar that is minimised."""
        return sum(SCALES[name] * loss.mean() for name, loss in rows.items())

    def losses(self, batch: Batch) -> tuple[dict[str, Tensor], Forward]:
        """All losses [B, T] (`repval` [B, T - 1]), unscaled; updates the range of returns."""
        image = batch.image / 255
        forward = self.observe(image, batch)
        features = torch.cat([forward.deter, forward.stoch], -1)
        rows = self.model_losses(image, batch, forward, features)
        imagined, bootstrap, slow = self.behaviour_losses(forward)
        rows |= {name: loss.view(batch.reward.shape) for name, loss in imagined.items()}
        rows["repval"] = self.replay_value_loss(batch, features, bootstrap, slow)
        return rows, forward

    # World model

    def observe(self, image: Tensor, batch: Batch) -> Forward:
        agent, lead = self.agent, batch.reward.shape
        tokens = agent.enc(image.flatten(0, 1)).unflatten(0, lead)
        deter, stoch, logits = agent.dyn.observe(
            batch.deter, batch.stoch, tokens, batch.actions, batch.is_first, self.sampler
        )
        image = agent.dec(deter.flatten(0, 1), stoch.flatten(0, 1)).unflatten(0, lead)
        return Forward(tokens, deter, stoch, logits, agent.dyn.prior(deter), image)

    def model_losses(
        self, image: Tensor, batch: Batch, forward: Forward, features: Tensor
    ) -> dict[str, Tensor]:
        """Section 5."""
        agent = self.agent
        dyn, rep = losses.divergence_losses(
            agent.dyn.probabilities(forward.logits),
            agent.dyn.probabilities(forward.prior_logits),
            agent.sizes.free_nats,
        )
        reward = agent.rew(features).log_softmax(-1)
        continues = agent.con(features).squeeze(-1)
        return {
            "dyn": dyn,
            "rep": rep,
            "image": (forward.image - image).square().sum((-3, -2, -1)),
            "rew": losses.two_hot_loss(reward, batch.reward, self.bins),
            "con": losses.continue_loss(continues, batch.is_terminal, self.discount),
        }

    # Behaviour

    @torch.no_grad()
    def imagine(self, forward: Forward) -> tuple[Tensor, Tensor]:
        """Features [H + 1, N, F] and actions [H, N] from every posterior state (section 9.3).

        No gradient of the actor or the critic reaches the world model: nothing is recorded.
        """
        agent = self.agent
        deter, stoch = forward.deter.flatten(0, 1), forward.stoch.flatten(0, 1)
        features, actions = [torch.cat([deter, stoch], -1)], []
        for _ in range(agent.sizes.imagined):
            action = self.sampler(agent.pol(features[-1]).softmax(-1))
            one_hot = F.one_hot(action, agent.sizes.actions).float()
            deter, stoch = agent.dyn.imagine(deter, stoch, one_hot, self.sampler)
            actions.append(action)
            features.append(torch.cat([deter, stoch], -1))
        return torch.stack(features), torch.stack(actions)

    def behaviour_losses(self, forward: Forward) -> tuple[dict[str, Tensor], Tensor, Tensor]:
        """Actor and critic losses [N] on imagined states (section 9.4).

        Also the first return and the slow critic's value of every posterior state, [N] each.
        """
        agent = self.agent
        features, actions = self.imagine(forward)
        value_logits = agent.val(features)
        with torch.no_grad():
            rewards = losses.expectation(agent.rew(features), self.bins)
            continues = agent.con(features).squeeze(-1).sigmoid()
            values = losses.expectation(value_logits, self.bins)
            slow = losses.expectation(self.slow(features[:-1]), self.bins)
            weights = continues.cumprod(0)[:-1]
            returns = losses.imagined_returns(rewards, continues, values)
            advantages = (returns - values[:-1]) / self.range.update(returns)
        policy = losses.policy_loss(agent.pol(features[:-1]), actions, advantages)
        value = losses.value_loss(value_logits[:-1], returns, slow, self.bins)
        rows = {"policy": (weights * policy).mean(0), "value": (weights * value).mean(0)}
        return rows, returns[0], slow[0]

    def replay_value_loss(
        self, batch: Batch, features: Tensor, bootstrap: Tensor, slow: Tensor
    ) -> Tensor:
        """[B, T - 1] on replayed rows, from the returns imagined there (section 9.5)."""
        shape = batch.reward.shape
        returns = losses.replayed_returns(
            batch.reward, batch.is_last, batch.is_terminal, bootstrap.view(shape), self.discount
        )
        loss = losses.value_loss(
            self.agent.val(features[:, :-1]), returns, slow.view(shape)[:, :-1], self.bins
        )
        return (1 - batch.is_last[:, :-1]) * loss

    @torch.no_grad()
    def update_slow(self) -> None:
        """Moves the slow critic towards the critic (section 12)."""
        for slow, fast in zip(self.slow.parameters(), self.agent.val.parameters(), strict=True):
            slow.lerp_(fast, 0.02)
