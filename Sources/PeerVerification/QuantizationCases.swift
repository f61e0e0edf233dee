import Autodiff
import Kernels
import LatentModels
import Statistics

/// Rows, a codebook and their losses on a tape, as several files have them.
private struct QuantizedCase {
  let tape: PeerTape
  /// `[rows, D]`.
  let x: Tensor
  let rows: QuantizedRows

  /// - Parameter x: `[…, D]`, as rows.
  init(
    _ tape: PeerTape, x: Tensor, _ codebook: String, codes: Int, isCosine: Bool = false,
    _ gradient: VectorQuantization.Gradient = .straightThrough
  ) throws {
    (self.tape, self.x) = (tape, x)
    let kind = VectorQuantization(
      codes: codes, width: x.columns, isCosine: isCosine, gradient: gradient)
    rows = tape.tape.quantize(x, try tape.parameter(codebook, [codes, x.columns]), kind)
  }

  /// The mean over all elements.
  func mean(_ loss: Tensor) -> Double { loss.values.sum / Double(x.rows) }

  var codes: [Int] { rows.codes.map { Int($0) } }

  /// Goes back from `c · codebook loss + β · commitment`, and from what is downstream of the codes.
  func sweep(codebook: Float, commitment: Float, downstream: [Float]? = nil) {
    rows.codebookLoss.gradient.fill(codebook / Float(x.rows))
    rows.commitment.gradient.fill(commitment / Float(x.rows))
    if let downstream { rows.value.gradient.copy(from: downstream) }
    tape.tape.backward()
  }
}

extension PeerFile {
  /// The shape of a codebook, `[K, D]`, that there can be.
  fileprivate func codebook(_ key: String) throws -> (codes: Int, width: Int) {
    let shape = try shape(key, axes: 2)
    guard shape[0] <= Codebook.mostCodes else {
      throw error("\(key) has \(shape[0]) codes, more than \(Codebook.mostCodes)")
    }
    return (shape[0], shape[1])
  }

  /// The shape of rows of a width with axes before, at least one, none empty.
  fileprivate func rows(_ key: String, width: Int) throws -> [Int] {
    let shape = try tensors.entry(key, of: name).shape
    guard shape.count >= 2, shape.last == width, shape.allSatisfy({ $0 >= 1 }) else {
      throw error("\(key) has shape \(shape), which is not rows of \(width)")
    }
    return shape
  }
}

/// Quantisation with the codebook loss (`vq-loss`): pythae's, and vector-quantize-pytorch's with several
/// ways back.
struct CodebookLossCase: PeerCase {
  private struct Facts: Decodable {
    let beta: Float
  }

  private let file: PeerFile
  private let beta: Float
  private let codes: Int
  private let width: Int
  /// `[…, D]`, of pythae's rows, and `[B, N, D]` of the other's.
  private let shape: [Int]
  private let flat: [Int]
  private var count: Int { shape.dropLast().reduce(1, *) }

  init(_ file: PeerFile) throws {
    self.file = file
    beta = try file.specification(Facts.self).beta
    try file.require(beta.isFinite, "the beta \(beta)")
    (codes, width) = try file.codebook("in/codebook")
    shape = try file.rows("in/x", width: width)
    flat = [shape[0], shape.dropFirst().dropLast().reduce(1, *), width]
  }

  func compare(_ comparison: inout PeerComparison) throws {
    try compareLoss(&comparison)
    try compareDownstream(&comparison)
    try compareDetached("straight_through", .straightThrough, &comparison)
    try compareDetached("rotation", .rotation, &comparison)
    try compareLearned(&comparison)
  }

  private func quantize(
    _ gradient: VectorQuantization.Gradient,
    _ comparison: inout PeerComparison
  ) throws -> QuantizedCase {
    let tape = try comparison.makeTape(parameters: ["in/codebook"])
    return try QuantizedCase(
      tape, x: try tape.tracked("in/x", shape, rows: count), "in/codebook", codes: codes, gradient)
  }

  private func loss(_ quantized: QuantizedCase) -> Double {
    quantized.mean(quantized.rows.codebookLoss)
      + Double(beta) * quantized.mean(quantized.rows.commitment)
  }

  private func downstream() throws -> [Float] { try file.floats("in/downstream", shape) }

  // MARK: pythae's

  private func compareLoss(_ comparison: inout PeerComparison) throws {
    let quantized = try quantize(.straightThrough, &comparison)
    let places = Array(shape.dropLast())
    try comparison.compare(quantized.codes, "out/indices", shape: places, in: "codes")
    var usage = CodeUsage(codes: codes)
    try usage.add(quantized.codes)
    let shares = usage.counts.map { Float($0) / Float(count) }
    try comparison.compare(shares, "out/usage", shape: [codes], in: "codes")
    try comparison.compare(usage.perplexity, "out/perplexity", in: "codes")
    try comparison.compare(
      quantized.rows.value.values, "out/quantized", shape: shape, in: "loss")
    try comparison.compare(loss(quantized), "out/loss", in: "loss")
    quantized.sweep(codebook: 1, commitment: beta)
    try comparison.compareGradients(quantized.tape, in: "loss")
  }

  private func compareDownstream(_ comparison: inout PeerComparison) throws {
    let quantized = try quantize(.straightThrough, &comparison)
    quantized.sweep(codebook: 1, commitment: beta, downstream: try downstream())
    try comparison.compareGradients(of: "with_downstream", quantized.tape, in: "downstream")
  }

  // MARK: vector-quantize-pytorch's

  private func compareValues(
    _ name: String, _ quantized: QuantizedCase, _ comparison: inout PeerComparison
  ) throws {
    try comparison.compare(
      quantized.rows.value.values, "out/vqp/\(name)/quantized", shape: flat, in: name)
    try comparison.compare(
      Double(beta) * quantized.mean(quantized.rows.commitment), "out/vqp/\(name)/loss", in: name)
  }

  /// The codebook is held.
  private func compareDetached(
    _ name: String, _ gradient: VectorQuantization.Gradient, _ comparison: inout PeerComparison
  ) throws {
    let quantized = try quantize(gradient, &comparison)
    try compareValues(name, quantized, &comparison)
    quantized.sweep(codebook: 0, commitment: beta, downstream: try downstream())
    try comparison.compareGradient(
      of: "vqp/\(name)", by: "in/x", quantized.x.gradient.array, shape: flat, in: name)
  }

  /// β counts both sides.
  private func compareLearned(_ comparison: inout PeerComparison) throws {
    let (name, quantized) = ("learnable", try quantize(.straightThrough, &comparison))
    try compareValues(name, quantized, &comparison)
    quantized.sweep(codebook: beta, commitment: beta, downstream: try downstream())
    try comparison.compareGradient(
      of: "vqp/\(name)", by: "in/x", quantized.x.gradient.array, shape: flat, in: name)
    for (key, shape, gradient) in quantized.tape.gradients where key == "in/codebook" {
      try comparison.compareGradient(
        of: "vqp/\(name)", by: key, gradient, shape: shape, in: name)
    }
  }
}

/// The authors' own quantisers (`vq-sonnet`): with a trained codebook, and with debiased averages.
struct SonnetCase: PeerCase {
  private struct Facts: Decodable {
    let beta: Float
    let decay: Float
  }

  private let file: PeerFile
  private let facts: Facts
  private let codes: Int
  private let width: Int
  /// `[T, …, D]`, of which each step has `[…, D]`.
  private let shape: [Int]
  private let step: [Int]
  private var count: Int { step.dropLast().reduce(1, *) }

  init(_ file: PeerFile) throws {
    self.file = file
    facts = try file.specification(Facts.self)
    try file.require(facts.beta.isFinite, "the beta \(facts.beta)")
    (codes, width) = try file.codebook("in/codebook")
    shape = try file.rows("in/x", width: width)
    step = Array(shape.dropFirst())
    guard step.count >= 2 else {
      throw file.error("in/x has shape \(shape), which is not steps of rows of \(width)")
    }
  }

  func compare(_ comparison: inout PeerComparison) throws {
    try compareTrained(&comparison)
    var settings = CodebookAverages.Settings()
    (settings.decay, settings.isDebiased) = (facts.decay, true)
    let codebook = try file.floats("in/codebook", [codes, width])
    let averages = try AveragedCodebook(
      VectorQuantization(codes: codes, width: width), settings, from: codebook, file)
    for (index, x) in try file.floats("in/x", shape).parts(shape[0]).enumerated() {
      let found = averages.step(x, number: index + 1, picks: [])
      let name = "after\(index + 1)"
      try averages.compare(
        found, name, beta: facts.beta, places: Array(step.dropLast()), updates: index + 1,
        &comparison)
      try comparison.compare(
        try usage(found.codes).perplexity, "\(name)/perplexity", in: "update \(index + 1)")
    }
  }

  private func usage(_ chosen: [Int]) throws -> CodeUsage {
    var usage = CodeUsage(codes: codes)
    try usage.add(chosen)
    return usage
  }

  private func compareTrained(_ comparison: inout PeerComparison) throws {
    let tape = try comparison.makeTape(parameters: ["in/codebook"])
    let first = try file.floats("in/x", shape).parts(shape[0])[0]
    let quantized = try QuantizedCase(
      tape, x: tape.tracked(first, rows: count), "in/codebook", codes: codes)
    let loss =
      quantized.mean(quantized.rows.codebookLoss)
      + Double(facts.beta) * quantized.mean(quantized.rows.commitment)
    let group = "trained codebook"
    try comparison.compare(
      quantized.codes, "out/indices", shape: Array(step.dropLast()), in: group)
    try comparison.compare(
      quantized.rows.value.values, "out/quantized", shape: step, in: group)
    try comparison.compare(loss, "out/loss", in: group)
    try comparison.compare(try usage(quantized.codes).perplexity, "out/perplexity", in: group)
    quantized.sweep(
      codebook: 1, commitment: facts.beta, downstream: try file.floats("in/downstream", step))
    try comparison.compareGradient(
      of: "with_downstream", by: "in/x", quantized.x.gradient.array, shape: step, in: group)
    try comparison.compareGradients(of: "with_downstream", tape, in: group)
  }
}

/// Averages, replaced codes and a start from clusters (`vq-ema`), as vector-quantize-pytorch has them.
struct CodebookAveragesCase: PeerCase {
  private struct Facts: Decodable {
    let decay: Float
    let threshold: Float
    let reset: Float?
    /// Iterations of a start from clusters.
    let kmeans: Int?
  }

  private static let beta: Float = 0.25
  private static let mostIterations = 1000

  private let file: PeerFile
  private let facts: Facts
  private let codes: Int
  private let width: Int
  /// `[T, N, D]`.
  private let shape: [Int]

  init(_ file: PeerFile) throws {
    self.file = file
    facts = try file.specification(Facts.self)
    try file.require(0...1 ~= facts.decay, "the decay \(facts.decay)")
    if let kmeans = facts.kmeans {
      try file.require(1...Self.mostIterations ~= kmeans, "kmeans \(kmeans)")
      codes = try file.shape("in/kmeans_picks", axes: 1)[0]
      width = try file.shape("in/x", axes: 3)[2]
    } else {
      (codes, width) = try file.codebook("in/codebook")
    }
    shape = try file.shape("in/x", axes: 3)
    guard shape[2] == width else {
      throw file.error("in/x has shape \(shape), which is not steps of rows of \(width)")
    }
  }

  func compare(_ comparison: inout PeerComparison) throws {
    let steps = try file.floats("in/x", shape).parts(shape[0])
    let averages = try makeAverages(steps[0])
    let picks = try file.integers(
      "in/replacement_picks", [shape[0], shape[1]], in: 0..<shape[1]
    ).parts(shape[0])
    for (index, x) in steps.enumerated() {
      let found = averages.step(x, number: index + 1, picks: picks[index])
      let (name, group) = ("after\(index + 1)", "update \(index + 1)")
      try averages.compare(
        found, name, beta: Self.beta, places: [shape[1]], updates: index + 1, &comparison)
      try comparison.compare(
        found.quantized, "\(name)/quantized", shape: [shape[1], width], in: group)
      try comparison.compare([found.replaced], "\(name)/replaced", shape: [], in: group)
    }
  }

  private func makeAverages(_ first: [Float]) throws -> AveragedCodebook {
    var settings = CodebookAverages.Settings()
    (settings.decay, settings.threshold) = (facts.decay, facts.threshold)
    settings.reset = facts.reset
    let kind = VectorQuantization(codes: codes, width: width)
    guard let iterations = facts.kmeans else {
      let codebook = try file.floats("in/codebook", [codes, width])
      return try AveragedCodebook(kind, settings, from: codebook, file)
    }
    let averages = try AveragedCodebook(kind, settings, from: nil, file)
    let picks = try file.integers("in/kmeans_picks", [codes], in: 0..<shape[1])
    averages.start(fromClustersOf: first, iterations: iterations, picks: picks)
    return averages
  }
}

/// Finite scalars, and codes that are chosen by the angle (`vq-other`).
struct OtherQuantizationCase: PeerCase {
  private let file: PeerFile

  init(_ file: PeerFile) throws { self.file = file }

  func compare(_ comparison: inout PeerComparison) throws {
    try compareScalars(&comparison)
    try compareAngles(&comparison)
  }

  private func compareScalars(_ comparison: inout PeerComparison) throws {
    let width = try file.shape("in/fsq/levels", axes: 1)[0]
    let levels = try file.integers("in/fsq/levels", [width], in: 2..<Codebook.mostCodes)
    let codes = levels.reduce(1.0) { $0 * Double($1) }
    guard codes <= Double(Codebook.mostCodes) else {
      throw file.error("in/fsq/levels has \(codes) codes, more than \(Codebook.mostCodes)")
    }
    let shape = try file.rows("in/fsq/x", width: width)
    let rows = shape.dropLast().reduce(1, *)
    let tape = try comparison.makeTape()
    let scalars = FiniteScalarQuantization(levels: levels)
    let result = scalars.quantize(
      try tape.tracked("in/fsq/x", shape, rows: rows), tape.tape)
    let group = "finite scalars"
    try comparison.compare(
      result.codes.map { Int($0) }, "out/fsq/indices", shape: Array(shape.dropLast()), in: group)
    try comparison.compare(result.value.values, "out/fsq/quantized", shape: shape, in: group)
    // What the peer's numbers of codes stand for.
    let given = try file.integers(
      "out/fsq/indices", Array(shape.dropLast()), in: 0..<scalars.codes)
    try comparison.compare(
      scalars.values(of: given.map { Int32($0) }), "out/fsq/codes_from_indices", shape: shape,
      in: group)
    result.value.gradient.copy(from: try file.floats("in/fsq/downstream", shape))
    tape.tape.backward()
    try comparison.compareGradients(tape, in: group)
  }

  private func compareAngles(_ comparison: inout PeerComparison) throws {
    let (codes, width) = try file.codebook("in/cosine/codebook")
    let shape = try file.rows("in/cosine/x", width: width)
    var settings = CodebookAverages.Settings()
    settings.decay = 0.9
    let averages = try AveragedCodebook(
      VectorQuantization(codes: codes, width: width, isCosine: true), settings,
      from: try file.floats("in/cosine/codebook", [codes, width]), file)
    let found = averages.step(try file.floats("in/cosine/x", shape), number: 1, picks: [])
    let (name, group) = ("out/cosine", "codes by the angle")
    try comparison.compare(
      found.codes, "\(name)/indices", shape: Array(shape.dropLast()), in: group)
    try comparison.compare(found.quantized, "\(name)/quantized", shape: shape, in: group)
    try comparison.compare(found.commitment, "\(name)/loss", in: group)
    try comparison.compare(
      averages.numbers("codebook"), "\(name)/embed", shape: [codes, width], in: group)
  }
}
