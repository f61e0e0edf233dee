import Autodiff
import Distributions
import Kernels

/// Normal distributions with a full covariance (`fullcov`), as torch.distributions'
/// `MultivariateNormal` has them.
struct FullCovarianceCase: PeerCase {
  private let file: PeerFile
  /// Rows, and numbers of a row.
  private let count: Int
  private let size: Int
  private var row: [Int] { [count, size] }
  private var triangle: [Int] { [count, size * (size - 1) / 2] }

  init(_ file: PeerFile) throws {
    self.file = file
    let shape = try file.shape("in/mean", axes: 2)
    (count, size) = (shape[0], shape[1])
  }

  func compare(_ comparison: inout PeerComparison) throws {
    for (name, map) in [("exp", DeviationMap.exponential), ("softplus", .softplus(minimum: 0))] {
      try compareFactors(name, map, &comparison)
      try compareDraws(name, map, &comparison)
      try compareDensity(name, map, &comparison)
      try compareDivergences(name, map, &comparison)
    }
    try compareDiagonal(&comparison)
  }

  /// - Parameter prefix: `prior_` for the prior.
  private func normal(
    _ map: DeviationMap, _ tape: PeerTape, prefix: String = ""
  ) throws -> FullNormalDistribution {
    let diagonal = try tape.tracked("in/\(prefix)raw_diagonal", row, rows: count)
    return FullNormalDistribution(
      mean: try tape.tracked("in/\(prefix)mean", row, rows: count),
      lower: try tape.tracked("in/\(prefix)lower", triangle, rows: count),
      diagonal: tape.tape.deviation(of: diagonal, map))
  }

  private func standard(_ tape: PeerTape) -> FullNormalDistribution {
    FullNormalDistribution(
      mean: tape.filled(0, rows: count, columns: size),
      lower: tape.filled(0, rows: count, columns: triangle[1]),
      diagonal: tape.filled(1, rows: count, columns: size))
  }

  // MARK: the factor

  private func compareFactors(
    _ name: String, _ map: DeviationMap, _ comparison: inout PeerComparison
  ) throws {
    let shape = [count, size, size]
    let priorFactor = try factor(map, prefix: "prior_", &comparison)
    let factor = try factor(map, prefix: "", &comparison)
    try comparison.compare(
      factor, "out/\(name)/cholesky", shape: shape, in: "\(name) covariance")
    try comparison.compare(
      priorFactor, "out/\(name)/prior_cholesky", shape: shape, in: "\(name) covariance")
    try comparison.compare(
      covariance(factor), "out/\(name)/covariance", shape: shape, in: "\(name) covariance")
  }

  /// `L`, `[B, D, D]`: its column j is where noise of 1 in place j leads from the mean.
  private func factor(
    _ map: DeviationMap, prefix: String, _ comparison: inout PeerComparison
  ) throws -> [Float] {
    let tape = try comparison.makeTape()
    let given = try normal(map, tape, prefix: prefix)
    let centred = FullNormalDistribution(
      mean: tape.filled(0, rows: count, columns: size), lower: given.lower,
      diagonal: given.diagonal)
    var factor = [Float](repeating: 0, count: count * size * size)
    let z = tape.tape.tensor(rows: count, columns: size, tracked: false)
    for column in 0..<size {
      let noise = (0..<count * size).map { $0 % size == column ? 1 : 0 as Float }
      centred.sample(noise: tape.constant(noise, rows: count).values, into: z, tape.tape)
      for (index, value) in z.values.array.enumerated() { factor[index * size + column] = value }
    }
    return factor
  }

  /// `L Lᵀ`.
  private func covariance(_ factor: [Float]) -> [Float] {
    (0..<count * size * size).map { index in
      let (first, second) = (index / size, index / (size * size) * size + index % size)
      return (0..<size).reduce(0) {
        $0 + factor[first * size + $1] * factor[second * size + $1]
      }
    }
  }

  // MARK: draws and densities

  private func compareDraws(
    _ name: String, _ map: DeviationMap, _ comparison: inout PeerComparison
  ) throws {
    let tape = try comparison.makeTape()
    let distribution = try normal(map, tape)
    let z = tape.tape.tensor(rows: count, columns: size, tracked: true)
    distribution.sample(
      noise: try tape.constant("in/noise/z", row, rows: count).values, into: z, tape.tape)
    let group = "\(name) draws"
    try comparison.compare(z.values, "out/\(name)/z", shape: row, in: group)
    let density = tape.tape.withoutRecording { distribution.logProbability(of: z, tape.tape) }
    try comparison.compare(density.values, "out/\(name)/log_q_z", shape: [count], in: group)
    let product = tape.tape.multiply(z, try tape.constant("in/x", row, rows: count))
    product.gradient.fill(1)
    tape.tape.backward()
    try comparison.compareGradients(of: "\(name)/z_dot_x", tape, in: group)
  }

  private func compareDensity(
    _ name: String, _ map: DeviationMap, _ comparison: inout PeerComparison
  ) throws {
    let tape = try comparison.makeTape()
    let distribution = try normal(map, tape)
    let group = "\(name) density"
    let entropy = tape.tape.withoutRecording { distribution.entropy(tape.tape) }
    try comparison.compare(entropy.values, "out/\(name)/entropy", shape: [count], in: group)
    let density = distribution.logProbability(
      of: try tape.tracked("in/x", row, rows: count), tape.tape)
    try comparison.compare(density.values, "out/\(name)/log_prob", shape: [count], in: group)
    density.gradient.fill(1)
    tape.tape.backward()
    try comparison.compareGradients(of: "\(name)/log_prob", tape, in: group)
  }

  // MARK: divergences

  private func compareDivergences(
    _ name: String, _ map: DeviationMap, _ comparison: inout PeerComparison
  ) throws {
    for kind in ["kl_standard", "kl_prior"] {
      let tape = try comparison.makeTape()
      let prior =
        kind == "kl_prior" ? try normal(map, tape, prefix: "prior_") : standard(tape)
      let divergence = try normal(map, tape).divergence(from: prior, tape.tape)
      let group = "\(name) divergence"
      try comparison.compare(
        divergence.trainingFirst.values, "out/\(name)/\(kind)", shape: [count], in: group)
      divergence.trainingFirst.gradient.fill(1)
      divergence.trainingSecond.gradient.fill(1)
      tape.tape.backward()
      try comparison.compareGradients(of: "\(name)/\(kind)", tape, in: group)
    }
  }

  private func compareDiagonal(_ comparison: inout PeerComparison) throws {
    let tape = try comparison.makeTape()
    let given = try normal(.exponential, tape)
    let diagonal = FullNormalDistribution(
      mean: given.mean, lower: tape.filled(0, rows: count, columns: triangle[1]),
      diagonal: given.diagonal)
    try comparison.compare(
      diagonal.divergence(from: standard(tape), tape.tape).trainingFirst.values,
      "out/diagonal/kl_standard", shape: [count], in: "diagonal divergence")
  }
}
