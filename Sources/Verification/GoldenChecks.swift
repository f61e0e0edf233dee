import Agents
import EnvironmentInterface
import Foundation
import LatentModels
import NeuralNetworks
import PeerVerification

/// A golden file may be damaged: every number that is computed with is looked at before.
extension GoldenFile.Specification {
  /// Actions, and numbers of an action, as the configuration limits them.
  private static let mostActions = 1_000_000

  /// - Throws: ``GoldenFileError``.
  func check(_ tensors: SafeTensors, file: String) throws {
    func require(_ holds: Bool, _ problem: String) throws {
      guard !holds else { return }
      throw GoldenFileError(
        file: file, problem: "its metadata entry `spec` has \(problem)",
        remedy: GoldenFileError.copyAgain)
    }
    try require(["discrete", "continuous"].contains(action), "the action '\(action)'")
    try require(1...Self.mostActions ~= n, "n \(n), which is not 1 to \(Self.mostActions)")
    try require(B >= 1, "B \(B), which is no number of sequences")
    try require(T >= 2, "T \(T), which is not at least 2")
    try require(lr > 0 && lr.isFinite, "lr \(lr), which is no learning rate")
    let last = tensors.names.compactMap(Self.update).max() ?? 1
    try require(
      0...max(last, 1) ~= updates, "\(updates) updates, and the file tells of \(max(last, 1))")
  }

  /// The update that a tensor tells of: 3 of `after3/…` and `aftermetric3/…`.
  private static func update(_ name: String) -> Int? {
    guard name.hasPrefix("after"), let group = name.split(separator: "/").first else { return nil }
    return Int(group.drop { !$0.isNumber })
  }
}

extension GoldenFile {
  /// - Throws: ``GoldenFileError`` where a part of the batch has another shape than the others, or a
  ///   number that its space does not have.
  func checkBatch() throws {
    try check("batch/action", actionSpace.storedCount, leaves: actionSpace.isDiscrete)
    if actionSpace.isDiscrete { try check("batch/action", classes: specification.n) }
    for space in spaces {
      try check("batch/\(space.name)", space.count)
      if case .discrete(_, let classes) = space.kind {
        try check("batch/\(space.name)", classes: classes)
      }
    }
    let rssm = configuration.dyn.rssm
    try check("batch/dyn/deter", rssm.deter)
    try check("batch/dyn/stoch", LatentFamilies.make(rssm).width)
    for flag in ["is_first", "is_last", "is_terminal"] {
      try check("batch/\(flag)", 1, leaves: true)
      try check("batch/\(flag)", classes: 2)
    }
  }

  /// Requires `[B, K+T, …]` with `count` numbers a row.
  ///
  /// - Parameter isPlain: whether a row is one number without an axis of its own.
  private func check(_ key: String, _ count: Int, leaves isPlain: Bool = false) throws {
    let shape = try entry(key).shape
    let row = shape.dropFirst(2)
    let fits = shape.prefix(2) == [specification.B, rows] && row.reduce(1, *) == count
    guard fits, !isPlain || row.isEmpty else {
      throw GoldenFileError(
        file: name,
        problem: "\(key) has shape \(shape) instead of \(specification.B) × \(rows) rows"
          + (isPlain ? "" : " of \(count)"), remedy: GoldenFileError.copyAgain)
    }
  }

  /// Requires class numbers.
  private func check(_ key: String, classes: Int) throws {
    let numbers = try entry(key).doubles
    let bad = numbers.first { !($0 >= 0 && $0 < Double(classes) && $0 == $0.rounded()) }
    guard let bad else { return }
    throw GoldenFileError(
      file: name, problem: "\(key) holds \(Self.text(bad)), which is not one of 0..<\(classes)",
      remedy: GoldenFileError.copyAgain)
  }

  private static func text(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }

  /// A tensor that is one number.
  func number(_ key: String) throws -> Double {
    let entry = try entry(key)
    guard entry.values.count == 1 else {
      throw GoldenFileError(
        file: name, problem: "\(key) has shape \(entry.shape) and is to be one number",
        remedy: GoldenFileError.copyAgain)
    }
    return entry.doubles[0]
  }

  /// The numbers of a tensor of a shape.
  func numbers(_ key: String, shape: [Int]) throws -> [Double] {
    let entry = try entry(key)
    guard entry.shape == shape else {
      throw GoldenFileError(
        file: name, problem: "\(key) has shape \(entry.shape) instead of \(shape)",
        remedy: GoldenFileError.copyAgain)
    }
    return entry.doubles
  }
}

extension ActionSpace {
  fileprivate var isDiscrete: Bool { if case .discrete = self { true } else { false } }
}
