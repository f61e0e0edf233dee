import Autodiff
import Distributions
import Kernels

/// S latents with a normal distribution each: PlaNet's (Hafner et al. 2019, arXiv:1811.04551), those of
/// DreamerV1 (Hafner et al. 2020, arXiv:1912.01603) and the continuous ones of DreamerV2.
///
/// A network gives S means and S numbers that become standard deviations: `softplus(x) + 0.1`, or, in
/// DreamerV2, `2 σ(x / 2) + 0.1`.
package struct GaussianLatent: DistributedLatent {
  package let count: Int
  package let map: DeviationMap

  package init(count: Int, map: DeviationMap = .softplus(minimum: 0.1)) {
    (self.count, self.map) = (count, map)
  }

  init(_ settings: some LatentSettings) {
    let minimum = Float(settings.minStd)
    self.init(
      count: settings.stoch,
      map: settings.stdAct == "sigmoid2"
        ? .sigmoid2(minimum: minimum) : .softplus(minimum: minimum))
  }

  package var codes: Int? { nil }
  package var width: Int { count }
  package var parameterWidth: Int { 2 * count }
  package var outputName: String { "dist" }
  package var isSparse: Bool { false }

  /// - Returns: `derived`, `[2 · rows, S]`, are all rows' means and then all rows' deviations.
  package func distribution(_ parameters: Tensor, _ tape: Tape) -> LatentDistribution {
    let derived = tape.tensor(
      rows: 2 * parameters.rows, columns: count, tracked: parameters.isTracked)
    let deviations = tape.columns(count..<2 * count, of: parameters)
    tape.copy(tape.columns(0..<count, of: parameters), into: derived.rows(0..<parameters.rows))
    tape.copy(
      tape.deviation(of: deviations, map),
      into: derived.rows(parameters.rows..<2 * parameters.rows))
    return LatentDistribution(parameters: parameters, derived: derived)
  }

  package func value(of distribution: LatentDistribution) -> NormalDistribution {
    let (derived, rows) = (distribution.derived, distribution.parameters.rows)
    return NormalDistribution(
      mean: derived.rows(0..<rows), deviation: derived.rows(rows..<2 * rows))
  }

  // MARK: in reports

  package var descriptionWidth: Int { 2 * count }

  /// S means and S deviations of each row.
  package func description(of distribution: LatentDistribution) -> [Float] {
    let (moments, rows) = (distribution.derived.values.array, distribution.parameters.rows)
    return (0..<rows).flatMap { row -> [Float] in
      let (mean, deviation) = (row * count, (rows + row) * count)
      return Array(moments[mean..<mean + count] + moments[deviation..<deviation + count])
    }
  }

  /// A latent's activity is the variance of its mean (Burda et al. 2016).
  package func usage(of descriptions: [Float]) -> LatentUsage {
    let (_, variances) = LatentUsage.moments(descriptions, width: descriptionWidth)
    return LatentUsage(activity: variances.prefix(count).map(Float.init), codes: nil)
  }

  package func portraits(of description: ArraySlice<Float>) -> [LatentPortrait] {
    let start = description.startIndex
    return (start..<start + count).map {
      .interval(mean: description[$0], deviation: description[$0 + count])
    }
  }

  /// One and two to either side, the unit of a standard normal prior.
  package func moves(of sample: [Float], latent: Int, _ tape: Tape) -> LatentMoves {
    let offsets: [Float] = [-2, -1, 0, 1, 2]
    let samples = offsets.flatMap { offset -> [Float] in
      var moved = sample
      moved[latent] += offset
      return moved
    }
    return LatentMoves(names: ["-2", "-1", "as it is", "+1", "+2"], samples: samples, current: 2)
  }

  // MARK: in replay

  package var storedBytes: Int { 4 * count }

  /// As they are: four bytes each, the lowest first.
  package func store(_ samples: [Float]) -> [UInt8] {
    samples.flatMap { sample -> [UInt8] in
      let bits = sample.bitPattern
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(8 * $0)) }
    }
  }

  package func load(_ bytes: ArraySlice<UInt8>) -> [Float] {
    stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { start -> Float in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
      return Float(bitPattern: bits)
    }
  }
}
