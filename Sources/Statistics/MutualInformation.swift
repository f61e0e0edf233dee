import Foundation
import Randomness

/// How many nats the latents tell of the inputs: `I(x; z) = E log q(z|x) − E log q(z)`.
///
/// The first is taken in closed form, the second over one draw from each posterior, held against all N
/// posteriors, the draw's own included (Hoffman and Johnson 2016, "ELBO surgery"; He et al. 2019,
/// arXiv:1901.05534, section 3.2, and their code `calc_mi`). What comes out is at most `log N` but for
/// the draws' noise, and can be negative by it. Takes N² D steps, N² D² of full covariances.
package struct MutualInformation: Sendable, Equatable {
  /// In nats.
  package let estimate: Estimate

  /// Where an estimate stands.
  package enum Standing: Sendable, Equatable {
    /// Not above 0 by two standard errors.
    case zero
    case between
    /// Not below log N by two standard errors: N inputs cannot tell how much more there is.
    case atBound
  }

  /// - Parameter noise: `[N, D]`, standard normal.
  /// - Throws: ``StatisticsError`` where noise is not finite.
  package init(_ posteriors: Gaussians, noise: [Float]) throws {
    let draws = try posteriors.draws(noise: noise)
    estimate = Estimate(
      of: posteriors.entropies.enumerated().map { row, entropy in
        -entropy - posteriors.aggregateLogDensity(draws[row])
      })
  }

  package init(_ posteriors: Gaussians, key: Key) throws {
    try self.init(
      posteriors,
      noise: standardNormals(rows: posteriors.count, columns: posteriors.dimensions, key: key))
  }

  /// `log N`.
  package var bound: Double { log(Double(estimate.count)) }

  package var standing: Standing {
    let noise = 2 * estimate.standardError
    if estimate.value >= bound - noise && estimate.value > noise { return .atBound }
    return estimate.value <= noise ? .zero : .between
  }

  /// "mutual information 3.60 nats, of at most log 300 = 5.70".
  package var sentence: String {
    let limit = "log \(estimate.count) = \(bound.formatted(digits: 2))"
    guard estimate.count > 1 else {
      return "mutual information unknown: a single input cannot tell"
    }
    return switch standing {
    case .zero: "mutual information 0 within noise, of at most \(limit) nats"
    case .between:
      "mutual information \(estimate.value.formatted(digits: 2)) nats, of at most \(limit)"
    case .atBound:
      "mutual information at its bound \(limit) nats: more inputs could show more"
    }
  }
}
