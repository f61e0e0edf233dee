import Foundation
import NeuralNetworks
import Statistics

/// Holds what `Statistics` measures of representations against what the peers' code measures of them:
/// a golden file of the case `diagnostics`.
package struct DiagnosticsComparison {
  private let file: DiagnosticsTensors
  private var collapse = GroupErrors("posterior collapse", tolerance: 1)
  private var codes = GroupErrors("codes", tolerance: 1)
  private var distance = GroupErrors("Fréchet distance", tolerance: 1)
  private var information = GroupErrors("bins and information", tolerance: 1)
  private var disentanglement = GroupErrors("disentanglement", tolerance: 1)
  /// Pairs of latents that our trees put the other way round. The peer draws an order of the latents,
  /// so that its numbers are one of many.
  private var ranks = GroupErrors("boosted trees, ranks", tolerance: 0)
  private var scores = GroupErrors("boosted trees, scores", tolerance: 0.1)
  private var rest = GroupErrors("not compared", tolerance: 0)

  /// Shares of importance by which two latents differ at least where their order counts.
  private static let clearlyApart = 0.05

  private static let compared: Set<String> = [
    "kl_per_dim", "kl", "unit_variance", "active_units", "mutual_information_xz", "aggregate_kl",
    "perplexity", "used_codes", "frechet", "bin", "mutual_information", "factor_entropy", "mig",
    "dci/per_code", "dci/per_factor", "dci/disentanglement", "dci/completeness", "dci/boosted",
    "dci/boosted_importance",
  ]

  /// Computes what the file holds and compares: errors as shares of what is allowed, by group.
  ///
  /// - Parameter name: what errors call the file.
  /// - Throws: ``GoldenFileError``.
  package static func verify(_ tensors: SafeTensors, name: String) throws -> [VerificationLine] {
    try tensors.checkFinite(file: name)
    var comparison = Self(file: try DiagnosticsTensors(tensors, name: name))
    do {
      return try comparison.lines()
    } catch let error as StatisticsError {
      throw comparison.file.error("it cannot be measured: \(error.problem)")
    }
  }

  private init(file: DiagnosticsTensors) { self.file = file }

  private mutating func lines() throws -> [VerificationLine] {
    try compareCollapse()
    try compareCodes()
    try compareDistance()
    try compareInformation()
    try compareDisentanglement()
    try compareTrees()
    let all = [collapse, codes, distance, information, disentanglement, ranks, scores]
    let unknown = file.results.filter { !Self.compared.contains($0) }
    for name in unknown { rest.add(name, .infinity) }
    return (unknown.isEmpty ? all : all + [rest]).map(\.line)
  }

  private mutating func compareCollapse() throws {
    let means = try file.floats("mu", axes: 2)
    let deviations = try file.floats("log_var", shape: means.shape).map { exp($0 / 2) }
    let posteriors = try Gaussians(
      means: means.values, deviations: deviations, dimensions: means.shape[1])
    let found = try MutualInformation(
      posteriors, noise: file.floats("noise/z", shape: means.shape))
    let report = try PosteriorCollapse(posteriors, mutualInformation: found)
    let rate = posteriors.divergenceFromStandardNormal
    let information = found.estimate.value
    try file.add("kl_per_dim", report.divergences, to: &collapse)
    try file.add("kl", [rate], to: &collapse)
    try file.add("unit_variance", report.meanVariances, to: &collapse)
    try file.add("active_units", exactly: [report.activeUnits], to: &collapse)
    try file.add("mutual_information_xz", [information], to: &collapse)
    try file.add(
      "aggregate_kl", [report.aggregateDivergence(rate: rate) ?? .nan], to: &collapse)
  }

  private mutating func compareCodes() throws {
    var usage = CodeUsage(codes: file.specification.K)
    try usage.add(file.integers("indices", axes: 1).values)
    try file.add("perplexity", [usage.perplexity], to: &codes)
    try file.add("used_codes", exactly: [usage.used], to: &codes)
  }

  private mutating func compareDistance() throws {
    let (one, other) = (try file.points("features1"), try file.points("features2"))
    guard one.dimensions == other.dimensions else {
      throw file.error("in/features1 and in/features2 have two widths")
    }
    try file.add("frechet", [FrechetDistance(one, other).value], to: &distance)
  }

  private mutating func compareInformation() throws {
    let (latents, factors) = try file.representations()
    let bins = file.specification.bins
    let gap = MutualInformationGap(latents, factors, bins: bins)
    try file.add("bin", exactly: binned(latents, bins: bins), to: &information)
    try file.add("mutual_information", gap.information.flatMap { $0 }, to: &information)
    try file.add("factor_entropy", gap.factorEntropies, to: &information)
    try file.add("mig", [gap.value ?? .nan], to: &information)
  }

  private mutating func compareDisentanglement() throws {
    let found = try Disentanglement(importance: file.matrix("in/importance"))
    try file.add("dci/per_code", found.perLatent, to: &disentanglement)
    try file.add("dci/per_factor", found.perFactor, to: &disentanglement)
    try file.add("dci/disentanglement", [found.disentanglement], to: &disentanglement)
    try file.add("dci/completeness", [found.completeness], to: &disentanglement)
  }

  private mutating func compareTrees() throws {
    let (latents, factors) = try file.representations()
    let prediction = try FactorPrediction(latents, factors)
    let (ours, theirs) = (prediction.importance, try file.matrix("out/dci/boosted_importance"))
    guard theirs.count == ours.count && theirs[0].count == ours[0].count else {
      throw file.error("out/dci/boosted_importance is not of in/latents and in/factors")
    }
    for factor in ours[0].indices {
      var reversed = 0
      for one in ours.indices {
        for other in ours.indices
        where theirs[one][factor] - theirs[other][factor] > Self.clearlyApart {
          reversed += ours[one][factor] > ours[other][factor] ? 0 : 1
        }
      }
      ranks.add("\(factors.names[factor]): pairs reversed", Double(reversed))
    }
    let found = try Disentanglement(importance: ours)
    let names = ["disentanglement", "completeness", "informativeness"]
    let expected = try file.numbers("out/dci/boosted", count: names.count)
    for (index, value) in [
      found.disentanglement, found.completeness, prediction.informativeness,
    ].enumerated() { scores.add(names[index], abs(value - expected[index])) }
  }
}

/// The tensors of a file of diagnostics, read with a check of type and shape.
private struct DiagnosticsTensors {
  struct Specification: Decodable {
    let K: Int
    let bins: Int
  }

  let specification: Specification
  private let name: String
  private let tensors: SafeTensors
  /// Per tensor, how far the peer's single precision was from its double precision.
  private let noise: [String: Double]

  init(_ tensors: SafeTensors, name: String) throws {
    (self.tensors, self.name) = (tensors, name)
    func decode<Value: Decodable>(_ type: Value.Type, _ entry: String) throws -> Value {
      do {
        let text = tensors.metadata[entry] ?? ""
        return try JSONDecoder().decode(type, from: Data(text.utf8))
      } catch {
        throw GoldenFileError(
          file: name, problem: "its metadata entry `\(entry)` cannot be read",
          remedy: "give a file as the golden README describes it")
      }
    }
    specification = try decode(Specification.self, "spec")
    noise = try decode([String: Double].self, "noise")
    guard 1...1_000_000 ~= specification.K, 1...10_000 ~= specification.bins else {
      throw error("its metadata entry `spec` has no K codes or no bins that can be")
    }
  }

  func error(_ problem: String) -> GoldenFileError {
    GoldenFileError(file: name, problem: problem, remedy: GoldenFileError.copyAgain)
  }

  /// The names of what is to be computed, without "out/".
  var results: [String] {
    tensors.names.filter { $0.hasPrefix("out/") }.map { String($0.dropFirst(4)) }
  }

  /// A tensor none of whose axes is empty.
  private func entry(_ key: String, axes: Int) throws -> SafeTensors.Entry {
    let entry = try tensors.entry(key, of: name)
    guard entry.shape.count == axes && entry.values.count > 0 else {
      throw error("\(key) has shape \(entry.shape) instead of \(axes) axes with something in them")
    }
    return entry
  }

  func floats(_ key: String, axes: Int) throws -> (values: [Float], shape: [Int]) {
    let entry = try entry("in/\(key)", axes: axes)
    return (entry.doubles.map { Float($0) }, entry.shape)
  }

  func floats(_ key: String, shape: [Int]) throws -> [Float] {
    let (values, found) = try floats(key, axes: shape.count)
    guard found == shape else { throw error("in/\(key) has shape \(found) instead of \(shape)") }
    return values
  }

  func integers(_ key: String, axes: Int) throws -> (values: [Int], shape: [Int]) {
    let entry = try entry("in/\(key)", axes: axes)
    guard let values = entry.integers else { throw error("in/\(key) does not hold whole numbers") }
    return (values, entry.shape)
  }

  func points(_ key: String) throws -> Points {
    let (values, shape) = try floats(key, axes: 2)
    return try Points(values, dimensions: shape[1], name: key)
  }

  func matrix(_ key: String) throws -> [[Double]] {
    let entry = try entry(key, axes: 2)
    let (values, columns) = (entry.doubles, entry.shape[1])
    return stride(from: 0, to: values.count, by: columns).map {
      Array(values[$0..<$0 + columns])
    }
  }

  func numbers(_ key: String, count: Int) throws -> [Double] {
    let numbers = try tensors.entry(key, of: name).doubles
    guard numbers.count == count else { throw error("\(key) has not \(count) numbers") }
    return numbers
  }

  /// Latents and factors of the same inputs.
  func representations() throws -> (Points, Factors) {
    let (latents, factors) = (try points("latents"), try integers("factors", axes: 2))
    guard factors.shape[0] == latents.count else {
      throw error(
        "in/factors and in/latents are of \(factors.shape[0]) and \(latents.count) inputs")
    }
    let names = (0..<factors.shape[1]).map { "factor \($0)" }
    return (latents, try Factors(factors.values, names: names))
  }

  /// Adds the largest difference over what is allowed: 1e-5 of the largest number, or thirty times the
  /// noise.
  func add(_ key: String, _ ours: [Double], to group: inout GroupErrors) throws {
    let theirs = try tensors.entry("out/\(key)", of: name).doubles
    let scale = theirs.reduce(0) { max($0, abs($1)) }
    let allowed = max(1e-5, 30 * (noise["out/\(key)"] ?? 0)) * scale
    group.add(key, Self.largest(ours, theirs) { $0 == 0 ? 0 : $0 / allowed })
  }

  /// Adds 0 where all whole numbers are the file's.
  func add(_ key: String, exactly ours: [Int], to group: inout GroupErrors) throws {
    let theirs = try tensors.entry("out/\(key)", of: name).doubles
    group.add(key, Self.largest(ours.map(Double.init), theirs) { $0 == 0 ? 0 : .infinity })
  }

  /// The largest error among the differences; infinite where there are not as many numbers.
  private static func largest(
    _ ours: [Double], _ theirs: [Double], _ error: (Double) -> Double
  ) -> Double {
    guard ours.count == theirs.count else { return .infinity }
    return zip(ours, theirs).reduce(0) { worst, pair in
      let found = error(abs(pair.0 - pair.1))
      return found.isNaN ? .infinity : max(worst, found)
    }
  }
}
