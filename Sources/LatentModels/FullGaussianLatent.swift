import Autodiff
import Distributions
import Kernels

/// S latents with one normal distribution of all of them, which may depend on each other: its covariance
/// is `L Lᵀ` with a lower triangular L.
///
/// A network gives S means, S numbers that become L's diagonal, as the deviations of a ``GaussianLatent``
/// do, and S (S - 1) / 2 for what is below it, row by row. Those count `1 / √S`, so that at first a
/// latent varies about as much for the others as by itself.
package struct FullGaussianLatent: DistributedLatent {
  package let count: Int
  package let map: DeviationMap

  package init(count: Int, map: DeviationMap = .softplus(minimum: 0.1)) {
    (self.count, self.map) = (count, map)
  }

  init(_ settings: some LatentSettings) {
    self.init(count: settings.stoch, map: GaussianLatent(settings).map)
  }

  /// Latents alone, of which what is told one by one is told.
  private var single: GaussianLatent { GaussianLatent(count: count, map: map) }
  /// Numbers below the diagonal.
  private var lower: Int { count * (count - 1) / 2 }

  package var codes: Int? { nil }
  package var width: Int { count }
  package var parameterWidth: Int { 2 * count + lower }
  package var outputName: String { "full" }
  package var isSparse: Bool { false }

  /// - Returns: `derived`, `[1, rows · (2 S + S (S - 1) / 2)]`, are all rows' means, all diagonals and then
  ///   all that is below them.
  package func distribution(_ parameters: Tensor, _ tape: Tape) -> LatentDistribution {
    let derived = tape.tensor(
      rows: parameters.rows * parameterWidth, columns: 1, tracked: parameters.isTracked)
    let parts = parts(of: derived, rows: parameters.rows)
    tape.copy(tape.columns(0..<count, of: parameters), into: parts.mean)
    tape.copy(
      tape.deviation(of: tape.columns(count..<2 * count, of: parameters), map),
      into: parts.diagonal)
    if lower > 0 {
      tape.copy(
        tape.scale(
          tape.columns(2 * count..<parameterWidth, of: parameters),
          by: 1 / Float(count).squareRoot()), into: parts.lower)
    }
    return LatentDistribution(parameters: parameters, derived: derived)
  }

  package func value(of distribution: LatentDistribution) -> FullNormalDistribution {
    let parts = parts(of: distribution.derived, rows: distribution.parameters.rows)
    return FullNormalDistribution(
      mean: parts.mean, lower: parts.lower, diagonal: parts.diagonal)
  }

  private func parts(
    of derived: Tensor, rows: Int
  ) -> (mean: Tensor, diagonal: Tensor, lower: Tensor) {
    let (means, diagonals) = (rows * count, 2 * rows * count)
    return (
      derived.rows(0..<means).reshaped(rows: rows, columns: count),
      derived.rows(means..<diagonals).reshaped(rows: rows, columns: count),
      derived.rows(diagonals..<rows * parameterWidth).reshaped(rows: rows, columns: lower)
    )
  }

  // MARK: in reports

  package var descriptionWidth: Int { single.descriptionWidth }

  /// S means and the S deviations that latents have one by one, `√Σ_j L_ij²`, of each row.
  package func description(of distribution: LatentDistribution) -> [Float] {
    let value = value(of: distribution)
    let (means, diagonals) = (value.mean.values.array, value.diagonal.values.array)
    let below = value.lower.values.array
    return (0..<value.rows).flatMap { row -> [Float] in
      let deviations = (0..<count).map { i -> Float in
        let first = row * lower + i * (i - 1) / 2
        let diagonal = diagonals[row * count + i]
        return below[first..<first + i].reduce(diagonal * diagonal) { $0 + $1 * $1 }.squareRoot()
      }
      return Array(means[row * count..<(row + 1) * count]) + deviations
    }
  }

  package func usage(of descriptions: [Float]) -> LatentUsage { single.usage(of: descriptions) }
  package func portraits(of description: ArraySlice<Float>) -> [LatentPortrait] {
    single.portraits(of: description)
  }
  package func moves(of sample: [Float], latent: Int, _ tape: Tape) -> LatentMoves {
    single.moves(of: sample, latent: latent, tape)
  }

  // MARK: in replay

  package var storedBytes: Int { single.storedBytes }
  package func store(_ samples: [Float]) -> [UInt8] { single.store(samples) }
  package func load(_ bytes: ArraySlice<UInt8>) -> [Float] { single.load(bytes) }
}
