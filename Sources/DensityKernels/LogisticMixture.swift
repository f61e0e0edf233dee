import Foundation
import Kernels

/// Mixtures of logistic distributions over numbers in [-1, 1] that stand on a grid, as pixels do
/// (Salimans et al. 2017, arXiv:1701.05517, sections 2.1 and 2.2, as openai/vdvae computes them).
///
/// A row is one pixel of `C` channels: 1, or 3 whose second and third depend on those before. Its
/// parameters are `M` logits, and then for each channel `M` means, `M` logarithms of scales and, with
/// three channels, `M` coefficients before their tanh.
package struct LogisticMixture: Sendable {
  /// C.
  package let channels: Int
  /// M.
  package let components: Int
  /// Values that a number can have: 256 of a byte.
  package let levels: Int
  /// The smallest logarithm of a scale; there is no gradient below it.
  package let floor: Float

  package init(channels: Int, components: Int, levels: Int, floor: Float) {
    precondition(channels == 1 || channels == 3, "\(channels) channels")
    precondition(components >= 1 && levels >= 2, "\(components) components, \(levels) levels")
    (self.channels, self.components) = (channels, components)
    (self.levels, self.floor) = (levels, floor)
  }

  /// Numbers that each component has in a channel.
  private var kinds: Int { channels == 3 ? 3 : 2 }
  /// Parameters of a row.
  package var width: Int { components * (1 + channels * kinds) }

  /// The log-probability of each row's grid cells, in nats.
  ///
  /// - Parameters:
  ///   - parameters: `[rows, width]`.
  ///   - value: `[rows, C]`.
  package func logProbability(_ parameters: Region, value: Region, into result: Region) {
    check(parameters, value, rows: result.count)
    var scores = [Float](repeating: 0, count: components)
    for row in 0..<result.count {
      let pixel = pixel(parameters, value, row)
      pixel.score(into: &scores)
      result.base[row] = logSumExp(scores) - pixel.logSumOfLogits
    }
  }

  /// Adds what a gradient at the log-probability is at the parameters.
  package func pullback(_ parameters: Region, value: Region, from g: Region, into gradient: Region)
  {
    check(parameters, value, rows: g.count)
    precondition(gradient.count == parameters.count)
    var scores = [Float](repeating: 0, count: components)
    for row in 0..<g.count {
      let pixel = pixel(parameters, value, row)
      pixel.score(into: &scores)
      let (total, priors) = (logSumExp(scores), pixel.logSumOfLogits)
      let into = gradient.rows(row..<row + 1, columns: width)
      for component in 0..<components {
        let share = g.base[row] * exp(scores[component] - total)
        into.base[component] +=
          share - g.base[row] * exp(pixel.parameters.base[component] - priors)
        pixel.addGradient(share, component, to: into)
      }
    }
  }

  /// Draws: of each row the component by Gumbel's trick, and then its channels, each clipped before the
  /// next.
  ///
  /// - Parameters:
  ///   - choices: `[rows, M]` uniform numbers; empty for the likeliest component.
  ///   - places: `[rows, C]` uniform numbers.
  package func sample(_ parameters: Region, choices: Region, places: Region, into value: Region) {
    let rows = value.count / channels
    check(parameters, value, rows: rows)
    precondition(choices.isEmptyOr(rows * components) && places.count == value.count)
    for row in 0..<rows {
      let pixel = pixel(parameters, value, row)
      func choice(_ component: Int) -> Float {
        let logit = pixel.parameters.base[component]
        return choices.isEmpty
          ? logit : logit - log(-log(choices.base[row * components + component]))
      }
      let chosen = (1..<components).reduce(0) { choice($1) > choice($0) ? $1 : $0 }
      for channel in 0..<channels {
        let u = places.base[row * channels + channel]
        let x =
          pixel.mean(chosen, channel) + exp(pixel.logScale(chosen, channel)) * (log(u) - log1p(-u))
        value.base[row * channels + channel] = min(max(x, -1), 1)
      }
    }
  }

  /// The uniform number that draws a logistic distribution's mean and so many standard deviations,
  /// each `π / √3` of its scale.
  package static func place(deviations: Float) -> Float {
    sigmoid(deviations * .pi / Float(3).squareRoot())
  }

  private func check(_ parameters: Region, _ value: Region, rows: Int) {
    precondition(
      parameters.count == rows * width && value.count == rows * channels,
      "\(parameters.count) parameters and \(value.count) numbers for \(rows) pixels")
  }

  private func pixel(_ parameters: Region, _ value: Region, _ row: Int) -> Pixel {
    Pixel(
      mixture: self, parameters: parameters.rows(row..<row + 1, columns: width),
      x: value.rows(row..<row + 1, columns: channels))
  }

  fileprivate func logSumExp(_ values: some Sequence<Float>) -> Float {
    let largest = values.reduce(-.infinity, max)
    return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
  }

  /// One row.
  private struct Pixel {
    let mixture: LogisticMixture
    /// `[width]`, the logits first.
    let parameters: Region
    /// `[C]`.
    let x: Region

    var logSumOfLogits: Float {
      mixture.logSumExp((0..<mixture.components).lazy.map { parameters.base[$0] })
    }

    /// Where a component's mean (0), log-scale (1) or coefficient (2) of a channel stands.
    func place(_ kind: Int, _ component: Int, _ channel: Int) -> Int {
      mixture.components * (1 + channel * mixture.kinds + kind) + component
    }

    func coefficient(_ component: Int, _ channel: Int) -> Float {
      tanh(parameters.base[place(2, component, channel)])
    }

    func logScale(_ component: Int, _ channel: Int) -> Float {
      max(parameters.base[place(1, component, channel)], mixture.floor)
    }

    /// The mean of a channel, which the channels before it move.
    func mean(_ component: Int, _ channel: Int) -> Float {
      let own = parameters.base[place(0, component, channel)]
      return switch channel {
      case 1: own + coefficient(component, 0) * x.base[0]
      case 2: own + coefficient(component, 1) * x.base[0] + coefficient(component, 2) * x.base[1]
      default: own
      }
    }

    func score(into scores: inout [Float]) {
      for component in scores.indices {
        scores[component] = (0..<mixture.channels).reduce(parameters.base[component]) {
          $0 + cell(component, $1).logProbability
        }
      }
    }

    func cell(_ component: Int, _ channel: Int) -> LogisticCell {
      LogisticCell(
        x: x.base[channel], mean: mean(component, channel), logScale: logScale(component, channel),
        levels: mixture.levels)
    }

    /// Adds `weight` times the slopes of a component's log-probability.
    func addGradient(_ weight: Float, _ component: Int, to gradient: Region) {
      for channel in 0..<mixture.channels {
        let slopes = cell(component, channel).slopes
        gradient.base[place(0, component, channel)] += weight * slopes.mean
        if parameters.base[place(1, component, channel)] > mixture.floor {
          gradient.base[place(1, component, channel)] += weight * slopes.logScale
        }
        // The coefficients that moved this channel's mean, and by what.
        let movers = channel == 0 ? 0..<0 : channel == 1 ? 0..<1 : 1..<3
        for mover in movers {
          let c = coefficient(component, mover)
          gradient.base[place(2, component, mover)] +=
            weight * slopes.mean * (1 - c * c) * x.base[mover == 2 ? 1 : 0]
        }
      }
    }
  }
}

/// The cell of the grid around a number, and its probability by one logistic distribution.
///
/// With a cell from b to a, `σ(a) - σ(b) = σ(a) σ(-b) (1 - e^(b - a))`, and its logarithm's derivative by
/// a shift of both is `1 - σ(a) - σ(b)`: so no digit is lost where both sums are nearly 0 or 1.
struct LogisticCell {
  let x: Float
  let levels: Int
  private let logScale: Float
  private let inverseScale: Float
  /// Standardised: the cell's ends, its middle, and half its width.
  private let upper: Float
  private let lower: Float
  private let middle: Float
  private let halfWidth: Float
  private let atUpper: LogisticSum
  private let atLower: LogisticSum

  init(x: Float, mean: Float, logScale: Float, levels: Int) {
    (self.x, self.logScale, self.levels) = (x, logScale, levels)
    inverseScale = exp(-logScale)
    middle = inverseScale * (x - mean)
    halfWidth = inverseScale / Float(levels - 1)
    (upper, lower) = (middle + halfWidth, middle - halfWidth)
    (atUpper, atLower) = (LogisticSum(upper), LogisticSum(lower))
  }

  /// The outermost cells reach to infinity. Where a cell holds less than single precision tells of the
  /// difference of two sums, the density at its middle times its width stands in, as at the peers.
  private enum Kind {
    case first, last, narrow
    case inner(mass: Float)
  }

  private var kind: Kind {
    if x < -0.999 { return .first }
    if x > 0.999 { return .last }
    let mass = -atUpper.value * atLower.complement * expm1(-2 * halfWidth)
    return mass > 1e-5 ? .inner(mass: mass) : .narrow
  }

  var logProbability: Float {
    switch kind {
    case .first: -softplus(-upper)
    case .last: -softplus(lower)
    case .inner(let mass): log(mass)
    case .narrow: middle - logScale - 2 * softplus(middle) - log(Float(levels - 1) / 2)
    }
  }

  /// The derivatives by the mean and by the logarithm of the scale.
  var slopes: (mean: Float, logScale: Float) {
    switch kind {
    case .first:
      let slope = atUpper.complement
      return (-slope * inverseScale, -slope * upper)
    case .last:
      let slope = -atLower.value
      return (-slope * inverseScale, -slope * lower)
    case .inner(let mass):
      let slope = atLower.complement - atUpper.value
      let spread = halfWidth * (atUpper.density + atLower.density) / mass
      return (-slope * inverseScale, -slope * middle - spread)
    case .narrow:
      let slope = 1 - 2 * sigmoid(middle)
      return (-slope * inverseScale, -slope * middle - 1)
    }
  }
}

/// What the logistic distribution has below a number, and above it.
private struct LogisticSum {
  let value: Float
  let complement: Float

  init(_ x: Float) {
    let tail = exp(-abs(x))
    let (large, small) = (1 / (1 + tail), tail / (1 + tail))
    (value, complement) = x < 0 ? (small, large) : (large, small)
  }

  var density: Float { value * complement }
}
