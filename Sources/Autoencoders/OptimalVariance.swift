import Autodiff
import Distributions
import Kernels

/// The one variance under which all pixels of some reconstructions are likeliest: the mean squared error
/// (σ-VAE: Rybkin et al. 2021, arXiv:2006.13202v3, equation 9).
///
/// It is a statistic of a whole batch. Of a batch in parts each part's sum is added, in a fixed order, and
/// all parts use the variance of the whole. It is a constant to the gradient, and need not be more: at
/// its optimum the loss does not change with the variance.
package struct OptimalVariance: Sendable, Equatable {
  /// Σ (x - mean)².
  package private(set) var squaredError = 0.0
  package private(set) var count = 0

  package init() {}

  /// Counts some reconstructions in.
  ///
  /// - Parameters:
  ///   - mean: `[rows, columns]`.
  ///   - target: `[rows, columns]`.
  package mutating func add(_ mean: Tensor, target: Region, _ tape: Tape) {
    tape.transiently {
      squaredError += tape.squaredError(mean.stopped, target: target).values.sum
    }
    count += mean.values.count
  }

  /// Counts in what another has counted.
  package mutating func add(_ other: OptimalVariance) {
    squaredError += other.squaredError
    count += other.count
  }

  /// The mean of (x - mean)² over everything; not a number where there was nothing.
  package var variance: Double { squaredError / Double(count) }

  /// What the reconstructions say of pixels.
  ///
  /// - Parameters:
  ///   - mean: `[rows, columns]`.
  ///   - least: the smallest variance that is used, so that a batch that is reconstructed without error
  ///     does not divide by 0.
  package func distribution(
    mean: Tensor, least: Double = 1e-6, _ tape: Tape
  ) -> NormalDistribution {
    let deviation = tape.tensor(rows: mean.rows, columns: mean.columns, tracked: false)
    deviation.values.fill(Float(max(variance, least).squareRoot()))
    return NormalDistribution(mean: mean, deviation: deviation)
  }
}
