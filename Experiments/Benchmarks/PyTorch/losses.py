"""Losses on tensors (sections 5, 7 and 9), ignorant of networks."""

import torch
import torch.nn.functional as F
from torch import Tensor


def divergence(left: Tensor, right: Tensor) -> Tensor:
    """KL(left ‖ right) [...] in nats, of probabilities [..., S, C], summed over the latents."""
    return (left * (left.log() - right.log())).sum((-2, -1))


def divergence_losses(posterior: Tensor, prior: Tensor, free_nats: float) -> tuple[Tensor, Tensor]:
    """`dyn` and `rep` [B, T] of mixed probabilities [B, T, S, C] (section 5)."""
    dyn = divergence(posterior.detach(), prior).clamp(min=free_nats)
    rep = divergence(posterior, prior.detach()).clamp(min=free_nats)
    return dyn, rep


def make_bins(count: int) -> Tensor:
    """[count] values, odd in number, mirrored exactly about 0 (section 7)."""
    half = torch.linspace(-20, 0, (count + 1) // 2).abs().expm1().neg()
    return torch.cat([half, half[:-1].flip(0).neg()])


def expectation(logits: Tensor, bins: Tensor) -> Tensor:
    """Mean [...] of two-hot logits [..., bins]; exactly 0 where they are all alike."""
    middle = bins.shape[0] // 2
    probabilities = logits.softmax(-1)
    # Bins mirror each other: pairs are subtracted before anything is added up.
    pairs = probabilities[..., middle + 1 :] - probabilities[..., :middle].flip(-1)
    return pairs @ bins[middle + 1 :]


def two_hot_loss(log_probabilities: Tensor, target: Tensor, bins: Tensor) -> Tensor:
    """Cross-entropy [...] of log-probabilities [..., bins] with raw targets [...] (section 7)."""
    above = torch.searchsorted(bins, target.contiguous(), right=True)
    last = bins.shape[0] - 1
    low, high = (above - 1).clamp(0, last), above.clamp(0, last)
    outside = low == high
    to_low = torch.where(outside, 1, (bins[low] - target).abs())
    to_high = torch.where(outside, 1, (bins[high] - target).abs())
    at_low, at_high = log_probabilities.gather(-1, torch.stack([low, high], -1)).unbind(-1)
    return -(to_high * at_low + to_low * at_high) / (to_low + to_high)


def value_loss(logits: Tensor, target: Tensor, slow: Tensor, bins: Tensor) -> Tensor:
    """Two-hot losses [...] towards the returns and towards the slow critic (section 9.4)."""
    log_probabilities = logits.log_softmax(-1)
    return two_hot_loss(log_probabilities, target, bins) + two_hot_loss(
        log_probabilities, slow, bins
    )


def imagined_returns(rewards: Tensor, continues: Tensor, values: Tensor) -> Tensor:
    """λ-returns [H, N] of H + 1 states [H + 1, N] (section 9.4)."""
    result = [values[-1]]
    for t in range(len(values) - 1, 0, -1):
        mixed = 0.05 * values[t] + 0.95 * result[-1]
        result.append(rewards[t] + continues[t] * mixed)
    return torch.stack(result[:0:-1])


def replayed_returns(
    rewards: Tensor, is_last: Tensor, is_terminal: Tensor, bootstrap: Tensor, discount: float
) -> Tensor:
    """λ-returns [B, T - 1] of replayed rows [B, T] (section 9.5)."""
    trace = 0.95 * (1 - is_last)
    live = discount * (1 - is_terminal)
    result = [bootstrap[:, -1]]
    for t in range(rewards.shape[1] - 1, 0, -1):
        mixed = (1 - trace[:, t]) * bootstrap[:, t] + trace[:, t] * result[-1]
        result.append(rewards[:, t] + live[:, t] * mixed)
    return torch.stack(result[:0:-1], 1)


def policy_loss(logits: Tensor, actions: Tensor, advantages: Tensor) -> Tensor:
    """REINFORCE with entropy [...] of logits [..., A] and action indices [...] (section 9.4)."""
    log_probabilities = logits.log_softmax(-1)
    chosen = log_probabilities.gather(-1, actions[..., None]).squeeze(-1)
    entropy = -(log_probabilities.exp() * log_probabilities).sum(-1)
    return -(chosen * advantages + 3e-4 * entropy)


def continue_loss(logits: Tensor, is_terminal: Tensor, discount: float) -> Tensor:
    """Cross-entropy [...] with the discounted chance to live on (section 5)."""
    return F.binary_cross_entropy_with_logits(
        logits, (1 - is_terminal) * discount, reduction="none"
    )
