import Autodiff
import Foundation
import Kernels
import LatentModels
import NeuralNetworks
import Randomness

/// A codebook by averages, taken through the steps of a file.
struct AveragedCodebook {
  /// What a step found with the codebook as it was before, and how many codes it replaced.
  struct Step {
    let codes: [Int]
    /// `[rows, D]`.
    let quantized: [Float]
    /// The mean of (q - x)² over all elements.
    let commitment: Double
    let replaced: Int
  }

  private let averages: CodebookAverages
  private let store: ParameterStore
  private let settings: CodebookAverages.Settings
  private var kind: VectorQuantization { averages.kind }

  /// - Parameter codebook: `[K, D]`; nil where it is to start from clusters.
  init(
    _ kind: VectorQuantization, _ settings: CodebookAverages.Settings, from codebook: [Float]?,
    _ file: PeerFile
  ) throws {
    try file.require(0...1 ~= settings.decay, "the decay \(settings.decay)")
    self.settings = settings
    var builder = ParameterBuilder()
    averages = CodebookAverages(kind, settings, Initializer(.normal), named: "vq", in: &builder)
    store = ParameterStore(builder, key: Key(seed: 0))
    if let codebook { store[averages.codebook].copy(from: codebook) }
    averages.begin(in: store)
  }

  /// - Parameters:
  ///   - x: `[rows, D]`.
  ///   - picks: rows that are the first centres.
  func start(fromClustersOf x: [Float], iterations: Int, picks: [Int]) {
    let rows = Storage(x)
    withExtendedLifetime(rows) {
      averages.start(
        fromClustersOf: [rows.region], iterations: iterations, picks: .given(picks), in: store)
    }
  }

  /// - Parameters:
  ///   - x: `[rows, D]`.
  ///   - number: of the update, from 1 on.
  ///   - picks: rows that replace codes, one after the other and then from the first again.
  func step(_ x: [Float], number: Int, picks: [Int]) -> Step {
    let tape = Tape(arena: Arena(blockSize: 1 << 16), values: store.values, gradients: .empty)
    return withExtendedLifetime(tape) {
      let count = x.count / kind.width
      let rows = tape.quantize(
        tape.constant(x, rows: count, columns: kind.width), averages.codebook, kind)
      let found = (
        rows.codes.map { Int($0) }, rows.value.values.array,
        rows.commitment.values.sum / Double(count)
      )
      let enough = picks.isEmpty ? [] : (0..<kind.codes).map { picks[$0 % picks.count] }
      let replaced = averages.update(
        number, with: [rows.assigned], picks: .given(enough), in: store)
      return Step(
        codes: found.0, quantized: found.1, commitment: found.2, replaced: replaced)
    }
  }

  /// A part of the state by its name: `codebook`, `cluster_size` or `embed_avg`.
  func numbers(_ name: String) -> [Float] {
    store.entry(named: "vq/\(name)").map { store[$0].array } ?? []
  }

  /// Compares what a step found, and the state after it.
  ///
  /// - Parameters:
  ///   - places: the shape of the codes.
  ///   - updates: how many there have been, for averages that start from nothing.
  func compare(
    _ step: Step, _ name: String, beta: Float, places: [Int], updates: Int,
    _ comparison: inout PeerComparison
  ) throws {
    let group = "update \(updates)"
    try comparison.compare(step.codes, "\(name)/indices", shape: places, in: group)
    try comparison.compare(Double(beta) * step.commitment, "\(name)/loss", in: group)
    let share =
      settings.isDebiased ? Float(1 - pow(Double(settings.decay), Double(updates))) : 1
    let parts = [
      ("codebook", "embed", [kind.codes, kind.width], 1),
      ("cluster_size", "cluster_size", [kind.codes], share),
      ("embed_avg", "embed_avg", [kind.codes, kind.width], share),
    ]
    for (ours, theirs, shape, share) in parts {
      try comparison.compare(
        numbers(ours).map { $0 / share }, "\(name)/\(theirs)", shape: shape, in: group)
    }
  }
}

extension Array {
  /// So many parts of one length that follow each other.
  func parts(_ number: Int) -> [[Element]] {
    let length = count / number
    return (0..<number).map { Array(self[$0 * length..<($0 + 1) * length]) }
  }
}
