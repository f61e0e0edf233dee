import Foundation

// Kernels of normal distributions. Rows are independent; empty gradients are left alone.

/// Normal distributions with a mean and a standard deviation for each number.
package enum DiagonalNormal {
  /// `value = mean + deviation · noise`.
  package static func sample(mean: Region, deviation: Region, noise: Region, into value: Region) {
    precondition(mean.count == deviation.count && noise.count == mean.count)
    precondition(value.count == mean.count)
    for index in 0..<mean.count {
      value.base[index] = mean.base[index] + deviation.base[index] * noise.base[index]
    }
  }

  /// The log-density of each row's value and the entropy, in nats, summed over its columns.
  package static func logDensity(
    mean: Region, deviation: Region, value: Region, into density: Region, entropy: Region
  ) {
    let width = columns(mean, value, rows: density)
    precondition(deviation.count == mean.count && entropy.count == density.count)
    kernels.normal_log_density(
      mean.base, deviation.base, value.base, density.base, entropy.base, density.count, width)
  }

  /// Adds to the gradients what one at the log-density (and at the entropy) is there: with
  /// `u = (x - m) / s` it is `u / s` at the mean, `(u² - 1) / s` and the entropy's `1 / s` at the
  /// deviation, `-u / s` at the value.
  package static func pullback(
    mean: Region, deviation: Region, value: Region, logGradient: Region, entropyGradient: Region,
    dmean: Region, ddeviation: Region, dvalue: Region
  ) {
    let width = columns(mean, value, rows: logGradient)
    precondition(
      deviation.count == mean.count && entropyGradient.count == logGradient.count
        && dmean.isEmptyOr(mean.count) && ddeviation.isEmptyOr(mean.count)
        && dvalue.isEmptyOr(mean.count))
    for row in 0..<logGradient.count {
      let (g, h) = (logGradient.base[row], entropyGradient.base[row])
      for index in row * width..<(row + 1) * width {
        let s = deviation.base[index]
        let u = (value.base[index] - mean.base[index]) / s
        dmean.accumulate(g * u / s, at: index)
        ddeviation.accumulate((g * (u * u - 1) + h) / s, at: index)
        dvalue.accumulate(-g * u / s, at: index)
      }
    }
  }

  /// `kl[r] = Σ ln(s_q / s_p) + (s_p² + (m_p - m_q)²) / (2 s_q²) - ½` of `KL(p ‖ q)`, in nats
  /// (Kingma and Welling 2014, arXiv:1312.6114, appendix B, for any q).
  package static func divergence(_ p: Moments, _ q: Moments, into kl: Region) {
    let width = columns(p.mean, q.mean, rows: kl)
    for row in 0..<kl.count {
      var sum: Float = 0
      for index in row * width..<(row + 1) * width {
        let ratio = p.deviation.base[index] / q.deviation.base[index]
        let distance = (p.mean.base[index] - q.mean.base[index]) / q.deviation.base[index]
        sum += 0.5 * (ratio * ratio + distance * distance - 1) - log(ratio)
      }
      kl.base[row] = sum
    }
  }

  /// Adds what a gradient at `KL(p ‖ q)` is at the moments of p.
  package static func divergencePullback(
    first p: Moments, _ q: Moments, from g: Region, into gradient: Moments
  ) {
    let width = columns(p.mean, q.mean, rows: g)
    for row in 0..<g.count {
      for index in row * width..<(row + 1) * width {
        let (s, variance) = (p.deviation.base[index], q.variance(index))
        let distance = p.mean.base[index] - q.mean.base[index]
        gradient.mean.accumulate(g.base[row] * distance / variance, at: index)
        gradient.deviation.accumulate(g.base[row] * (s / variance - 1 / s), at: index)
      }
    }
  }

  /// Adds what a gradient at `KL(p ‖ q)` is at the moments of q.
  package static func divergencePullback(
    second q: Moments, of p: Moments, from g: Region, into gradient: Moments
  ) {
    let width = columns(p.mean, q.mean, rows: g)
    for row in 0..<g.count {
      for index in row * width..<(row + 1) * width {
        let (s, variance) = (q.deviation.base[index], q.variance(index))
        let distance = q.mean.base[index] - p.mean.base[index]
        let spread = p.variance(index) + distance * distance
        gradient.mean.accumulate(g.base[row] * distance / variance, at: index)
        gradient.deviation.accumulate(g.base[row] * (1 - spread / variance) / s, at: index)
      }
    }
  }

  /// Means and standard deviations, `[rows, columns]` each, or their gradients.
  package struct Moments: Sendable {
    package let mean: Region
    package let deviation: Region

    package init(mean: Region, deviation: Region) {
      precondition(
        mean.isEmptyOr(deviation.count) || deviation.isEmpty,
        "\(mean.count) means, \(deviation.count) deviations")
      (self.mean, self.deviation) = (mean, deviation)
    }

    fileprivate func variance(_ index: Int) -> Float {
      deviation.base[index] * deviation.base[index]
    }
  }
}

/// How a network's number becomes a standard deviation, which is positive.
package enum DeviationMap: Sendable, Equatable {
  /// `ln(1 + eˣ) + minimum`: PlaNet's and DreamerV1's.
  case softplus(minimum: Float)
  /// `2 σ(x / 2) + minimum`, between the minimum and the minimum plus 2: DreamerV2's.
  case sigmoid2(minimum: Float)
  /// `eˣ`: of a logarithm of the deviation.
  case exponential
  /// `e^(x/2)`: of a logarithm of the variance.
  case halfExponential

  /// `y = f(x)`.
  package func forward(_ x: Region, into y: Region) {
    precondition(x.count == y.count, "\(x.count) numbers, \(y.count) deviations")
    for index in 0..<x.count { y.base[index] = value(x.base[index]) }
  }

  /// `dx += dy f'(x)`.
  package func pullback(_ x: Region, _ y: Region, from dy: Region, dx: Region) {
    precondition(x.count == y.count && y.count == dy.count && dy.count == dx.count)
    for index in 0..<x.count {
      dx.base[index] += dy.base[index] * slope(x.base[index], y.base[index])
    }
  }

  private func value(_ x: Float) -> Float {
    switch self {
    case .softplus(let minimum): Kernels.softplus(x) + minimum
    case .sigmoid2(let minimum): 2 * sigmoid(x / 2) + minimum
    case .exponential: exp(x)
    case .halfExponential: exp(x / 2)
    }
  }

  private func slope(_ x: Float, _ y: Float) -> Float {
    switch self {
    case .softplus: return sigmoid(x)
    case .sigmoid2(let minimum):
      let half = (y - minimum) / 2
      return half * (1 - half)
    case .exponential: return y
    case .halfExponential: return y / 2
    }
  }
}

extension Region {
  package func isEmptyOr(_ count: Int) -> Bool { isEmpty || self.count == count }

  /// Adds to one number, where there are any.
  @inlinable
  package func accumulate(_ value: Float, at index: Int) {
    if count > 0 { base[index] += value }
  }
}

/// A normal distribution whose mean and standard deviation are bounded (ALGORITHM section 7).
package struct BoundedNormal: Sendable {
  /// Smallest and largest standard deviation.
  package let minimum: Float
  package let maximum: Float

  package init(minimum: Float, maximum: Float) {
    self.minimum = minimum
    self.maximum = maximum
  }

  /// `mean = tanh(m)`, `deviation = (max - min)·σ(s + 2) + min`.
  package func parameters(_ m: Region, _ s: Region, mean: Region, deviation: Region) {
    precondition(m.count == s.count && mean.count == m.count && deviation.count == m.count)
    kernels.bounded_normal(
      m.base, s.base, mean.base, deviation.base, m.count, minimum, maximum)
  }

  /// Adds to `dm` and `ds` what gradients at the mean and the deviation are there.
  package func pullback(
    mean: Region, deviation: Region, dmean: Region, ddeviation: Region, dm: Region, ds: Region
  ) {
    precondition(
      deviation.count == mean.count && dmean.count == mean.count && ddeviation.count == mean.count
        && dm.isEmptyOr(mean.count) && ds.isEmptyOr(mean.count))
    for index in 0..<mean.count {
      let (m, s) = (mean.base[index], (deviation.base[index] - minimum) / (maximum - minimum))
      dm.accumulate(dmean.base[index] * (1 - m * m), at: index)
      ds.accumulate(ddeviation.base[index] * (maximum - minimum) * s * (1 - s), at: index)
    }
  }

  /// Adds to `dm` and `ds` what gradients at the log-density of each row's action and at the entropy are
  /// there.
  package func pullback(
    mean: Region, deviation: Region, action: Region, logGradient: Region, entropyGradient: Region,
    dm: Region, ds: Region
  ) {
    let width = columns(mean, action, rows: logGradient)
    precondition(
      deviation.count == mean.count && dm.count == mean.count && ds.count == mean.count
        && entropyGradient.count == logGradient.count)
    kernels.bounded_normal_gradient(
      mean.base, deviation.base, action.base, logGradient.base, entropyGradient.base, dm.base,
      ds.base, logGradient.count, width, minimum, maximum)
  }
}
