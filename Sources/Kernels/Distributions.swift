import Foundation

// Kernels of distributions and their losses. `rows` are independent; formulas are in the C lists.

/// Categorical distributions, `classes` probabilities a row.
package enum Categorical {
  /// `p = (1 - mix)·softmax(logits) + mix / classes`.
  package static func probabilities(
    _ logits: Region, mix: Float, classes: Int, into p: Region
  ) {
    precondition(logits.count == p.count && logits.count % classes == 0, "\(logits.count) logits")
    kernels.softmax(logits.base, p.base, logits.count / classes, classes, mix)
  }

  /// Adds to `dlogits` what a gradient at the probabilities is there.
  package static func pullback(
    p: Region, dp: Region, mix: Float, classes: Int, dlogits: Region
  ) {
    precondition(p.count == dp.count && p.count == dlogits.count, "\(dlogits.count) logits")
    kernels.softmax_gradient(p.base, dp.base, dlogits.base, p.count / classes, classes, mix)
  }

  /// `y = ln x` for positive x.
  package static func logarithm(_ x: Region, into y: Region) {
    precondition(x.count == y.count)
    kernels.logarithm(x.base, y.base, x.count)
  }

  /// One-hot draws by inversion of `uniforms` (one a row), or the most likely class where that is
  /// empty.
  package static func sample(_ p: Region, uniforms: Region, classes: Int, into z: Region) {
    precondition(
      p.count == z.count && (uniforms.isEmpty || uniforms.count * classes == p.count),
      "\(uniforms.count) draws for \(p.count) probabilities")
    kernels.sample_one_hot(p.base, uniforms.pointerOrNil, z.base, p.count / classes, classes)
  }

  /// `entropy[r] = -Σ p ln p`; a row may hold several distributions.
  package static func entropy(p: Region, logP: Region, into entropy: Region) {
    kernels.entropy_rows(
      p.base, logP.base, entropy.base, entropy.count, columns(p, logP, rows: entropy))
  }

  /// `kl[r] = Σ p (ln p - ln q)`.
  package static func divergence(p: Region, logP: Region, logQ: Region, into kl: Region) {
    kernels.kl_rows(p.base, logP.base, logQ.base, kl.base, kl.count, columns(p, logQ, rows: kl))
  }

  /// `dp = g[r] (ln p - ln q)`, up to a constant that softmax's pullback cancels.
  package static func divergencePosteriorPullback(
    logP: Region, logQ: Region, from g: Region, dp: Region
  ) {
    kernels.kl_posterior_gradient(
      logP.base, logQ.base, g.base, dp.base, g.count, columns(logP, dp, rows: g))
  }

  /// `dq = -g[r] p / q`.
  package static func divergencePriorPullback(p: Region, q: Region, from g: Region, dq: Region) {
    kernels.kl_prior_gradient(p.base, q.base, g.base, dq.base, g.count, columns(p, dq, rows: g))
  }

  /// `y[r] = Σ a b`: with a one-hot `a` and `b = ln p`, a log-probability.
  package static func dot(_ a: Region, _ b: Region, into y: Region) {
    kernels.dot_rows(a.base, b.base, y.base, y.count, columns(a, b, rows: y))
  }

  /// `dp` of the log-probability of one-hot actions (times `logGradient`) and of the entropy.
  package static func policyPullback(
    p: Region, logP: Region, action: Region, logGradient: Region, entropyGradient: Region,
    dp: Region
  ) {
    let classes = columns(p, dp, rows: logGradient)
    precondition(action.count == p.count && entropyGradient.count == logGradient.count)
    kernels.categorical_gradient(
      p.base, logP.base, action.base, logGradient.base, entropyGradient.base, dp.base,
      logGradient.count, classes)
  }
}

/// The two-hot distribution over fixed bins (ALGORITHM section 7).
package enum TwoHot {
  /// `p = softmax(logits)` and `lse = ln Σ exp(logits)`.
  package static func softmax(_ logits: Region, into p: Region, logSumExp lse: Region) {
    kernels.softmax_wide(
      logits.base, p.base, lse.base, lse.count, columns(logits, p, rows: lse))
  }

  /// The cross-entropy of each row's target, encoded on the two bins around it.
  package static func loss(
    _ logits: Region, logSumExp lse: Region, bins: Region, target: Region, into loss: Region
  ) {
    precondition(
      logits.count == loss.count * bins.count && lse.count == loss.count
        && target.count == loss.count, "\(logits.count) logits for \(loss.count) targets")
    kernels.two_hot_loss(
      logits.base, lse.base, bins.base, target.base, loss.base, loss.count, bins.count)
  }

  /// `dlogits += g (softmax(logits) - twohot(target))`.
  package static func pullback(
    _ logits: Region, logSumExp lse: Region, bins: Region, target: Region, from g: Region,
    dlogits: Region
  ) {
    precondition(
      logits.count == g.count * bins.count && dlogits.count == logits.count
        && lse.count == g.count && target.count == g.count,
      "\(logits.count) logits for \(g.count) targets")
    kernels.two_hot_gradient(
      logits.base, lse.base, bins.base, target.base, g.base, dlogits.base, g.count, bins.count)
  }

  /// `mean = Σ p bins`, mirrored bins paired first, so that uniform p gives exactly zero, and
  /// `terms = √Σ (p bins)²` over the positive bins: how large the terms are that cancel.
  package static func mean(p: Region, bins: Region, into mean: Region, terms: Region) {
    precondition(
      p.count == mean.count * bins.count && terms.count == mean.count, "\(p.count) probabilities")
    kernels.two_hot_mean(p.base, bins.base, mean.base, terms.base, mean.count, bins.count)
  }

  /// The bins that one-hot rows choose: `[rows]` of `[rows, bins]`.
  package static func values(of choices: Region, bins: Region, into values: Region) {
    precondition(choices.count == values.count * bins.count, "\(choices.count) choices")
    for row in 0..<values.count {
      let choice = UnsafeBufferPointer(start: choices.base + row * bins.count, count: bins.count)
      values.base[row] = bins[choice.firstIndex(of: 1) ?? 0]
    }
  }
}

/// A Bernoulli distribution by its logit.
package enum Binary {
  /// `loss = -q ln σ(l) - (1 - q) ln σ(-l)`.
  package static func loss(_ logits: Region, target q: Region, into loss: Region) {
    precondition(logits.count == q.count && q.count == loss.count)
    kernels.binary_loss(logits.base, q.base, loss.base, loss.count)
  }

  /// `dlogits += g (σ(l) - q)`.
  package static func pullback(
    _ logits: Region, target q: Region, from g: Region, dlogits: Region
  ) {
    precondition(logits.count == q.count && q.count == g.count && g.count == dlogits.count)
    kernels.binary_gradient(logits.base, q.base, g.base, dlogits.base, g.count)
  }

  /// The losses of rows, summed over their columns.
  package static func rowLoss(_ logits: Region, target q: Region, into loss: Region) {
    let width = columns(logits, q, rows: loss)
    kernels.binary_row_loss(logits.base, q.base, loss.base, loss.count, width)
  }

  /// `dlogits += g[row] (σ(l) - q)`.
  package static func rowPullback(
    _ logits: Region, target q: Region, from g: Region, dlogits: Region
  ) {
    let width = columns(logits, q, rows: g)
    precondition(dlogits.count == logits.count)
    kernels.binary_row_gradient(logits.base, q.base, g.base, dlogits.base, g.count, width)
  }

  /// A draw for each logit: 1 where its number of `uniforms` is below its probability; where that is
  /// empty, the likelier value.
  package static func sample(_ logits: Region, uniforms: Region, into value: Region) {
    precondition(logits.count == value.count && uniforms.isEmptyOr(logits.count))
    for index in 0..<logits.count {
      let bound = uniforms.isEmpty ? 0.5 : uniforms.base[index]
      value.base[index] = bound < sigmoid(logits.base[index]) ? 1 : 0
    }
  }

  /// `entropy[r] = Σ -p ln p - (1 - p) ln (1 - p)` of a row's logits, in nats.
  package static func entropy(_ logits: Region, into entropy: Region) {
    let width = columns(logits, logits, rows: entropy)
    for row in 0..<entropy.count {
      entropy.base[row] = (row * width..<(row + 1) * width).reduce(0) { sum, index in
        let l = abs(logits.base[index])
        return sum + softplus(-l) + l * sigmoid(-l)
      }
    }
  }

  /// `dlogits -= g[r] l p (1 - p)`.
  package static func entropyPullback(_ logits: Region, from g: Region, dlogits: Region) {
    let width = columns(logits, dlogits, rows: g)
    for index in 0..<logits.count {
      let l = logits.base[index]
      dlogits.base[index] -= g.base[index / width] * l * sigmoid(l) * sigmoid(-l)
    }
  }

  /// `kl[r] = Σ p (ln p - ln q) + (1 - p)(ln (1 - p) - ln (1 - q))` of a row's pairs of logits, in nats.
  package static func divergence(_ p: Region, _ q: Region, into kl: Region) {
    let width = columns(p, q, rows: kl)
    for row in 0..<kl.count {
      kl.base[row] = (row * width..<(row + 1) * width).reduce(0) { sum, index in
        let (l, m) = (p.base[index], q.base[index])
        // ln p - ln q, and as much less the logits' difference for 1 - p.
        return sum + softplus(-m) - softplus(-l) - (l - m) * sigmoid(-l)
      }
    }
  }

  /// `dp += g[r] p (1 - p) (l - m)` for the logits `l` of p and `m` of q.
  package static func divergencePullback(
    first p: Region, _ q: Region, from g: Region, dlogits: Region
  ) {
    let width = columns(p, q, rows: g)
    precondition(dlogits.count == p.count)
    for index in 0..<p.count {
      let l = p.base[index]
      dlogits.base[index] +=
        g.base[index / width] * sigmoid(l) * sigmoid(-l) * (l - q.base[index])
    }
  }

  /// `dm += g[r] (σ(m) - σ(l))`.
  package static func divergencePullback(
    second q: Region, of p: Region, from g: Region, dlogits: Region
  ) {
    let width = columns(p, q, rows: g)
    precondition(dlogits.count == p.count)
    for index in 0..<p.count {
      dlogits.base[index] +=
        g.base[index / width] * (sigmoid(q.base[index]) - sigmoid(p.base[index]))
    }
  }

  /// `p = σ(l)`.
  package static func probability(_ logits: Region, into p: Region) {
    precondition(logits.count == p.count)
    kernels.binary_probability(logits.base, p.base, p.count)
  }
}

/// The squared distance, summed over a row and not halved.
package enum SquaredError {
  package static func loss(_ mean: Region, target: Region, into loss: Region) {
    let width = columns(mean, target, rows: loss)
    kernels.squared_error(mean.base, target.base, loss.base, loss.count, width)
  }

  package static func pullback(_ mean: Region, target: Region, from g: Region, dmean: Region) {
    precondition(dmean.count == mean.count)
    let width = columns(mean, target, rows: g)
    kernels.squared_error_gradient(mean.base, target.base, g.base, dmean.base, g.count, width)
  }
}

/// The width of two matrices that have a row for each float of `rows`.
package func columns(_ a: Region, _ b: Region, rows: Region) -> Int {
  if rows.isEmpty { return 0 }
  precondition(
    a.count == b.count && a.count % rows.count == 0,
    "\(a.count) and \(b.count) floats in \(rows.count) rows")
  return a.count / rows.count
}

@inlinable
package func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

/// `ln(1 + eˣ)`.
@inlinable
package func softplus(_ x: Float) -> Float { max(x, 0) + log1p(exp(-abs(x))) }
