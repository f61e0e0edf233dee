import Kernels
import NeuralNetworks

/// Holds what is computed here against a peer's file, in groups, and sees to it that no result of the file
/// is left out.
///
/// An error counts as a part of what is allowed: `max(1e-5, 30 · noise)` of the tensor's largest number,
/// 2e-5 in place of 1e-5 for gradients, nothing for whole numbers. A gradient that is wholly 0 in the file
/// is to be below a millionth of the file's largest.
struct PeerComparison {
  let file: PeerFile
  private var groups: [GroupErrors] = []
  private var compared: Set<String> = []
  /// Held, for what was computed on them is read when they are mentioned no more.
  private var tapes: [PeerTape] = []

  init(_ file: PeerFile) { self.file = file }

  /// A tape for one computation.
  ///
  /// - Parameter parameters: keys of tensors of one or two axes, that layers multiply with or add.
  mutating func makeTape(parameters: [String] = []) throws -> PeerTape {
    let tape = try PeerTape(file, parameters: parameters)
    tapes.append(tape)
    return tape
  }

  /// A result: `[shape]`.
  mutating func compare(
    _ ours: [Float], _ key: String, shape: [Int], in group: String
  ) throws {
    let reference = try file.entry(key, shape)
    note(key, error(ours, reference.doubles, key), in: group)
  }

  mutating func compare(_ ours: Region, _ key: String, shape: [Int], in group: String) throws {
    try compare(ours.array, key, shape: shape, in: group)
  }

  /// A result that is one number.
  mutating func compare(_ ours: Double, _ key: String, in group: String) throws {
    try compare([Float(ours)], key, shape: [], in: group)
  }

  /// Whole numbers, which are to be the same.
  mutating func compare(_ ours: [Int], _ key: String, shape: [Int], in group: String) throws {
    guard let reference = try file.entry(key, shape).integers else {
      throw file.error("\(key) does not hold whole numbers")
    }
    note(key, ours == reference ? 0 : .infinity, in: group)
  }

  /// The gradients of everything tracked on a tape that has been swept.
  ///
  /// - Parameter result: what they are the gradients of; empty for `out/loss`.
  mutating func compareGradients(of result: String = "", _ tape: PeerTape, in group: String) throws
  {
    for (key, shape, gradient) in tape.gradients {
      try compareGradient(of: result, by: key, gradient, shape: shape, in: group)
    }
  }

  /// - Parameter key: of what was given, `in/…` or `param/…`.
  mutating func compareGradient(
    of result: String = "", by key: String, _ ours: [Float], shape: [Int], in group: String
  ) throws {
    let leaf = key.split(separator: "/").dropFirst().map(String.init)
    let path = (["grad"] + (result.isEmpty ? [] : [result]) + leaf).joined(separator: "/")
    try compare(ours, path, shape: shape, in: "\(group) gradients")
  }

  private mutating func note(_ key: String, _ error: Double, in group: String) {
    compared.insert(key)
    if !groups.contains(where: { $0.group == group }) {
      groups.append(GroupErrors(group, tolerance: 1))
    }
    for index in groups.indices where groups[index].group == group {
      groups[index].add(key, error)
    }
  }

  /// The largest difference as a part of what is allowed.
  private func error(_ ours: [Float], _ reference: [Double], _ key: String) -> Double {
    guard ours.count == reference.count else { return .infinity }
    let isGradient = key.hasPrefix("grad/")
    let scale = reference.reduce(0) { max($0, abs($1)) }
    let part = max(isGradient ? 2e-5 : 1e-5, 30 * (file.noise[key] ?? 0))
    let allowed = scale == 0 && isGradient ? 1e-6 * file.largestGradient : part * scale
    return zip(ours, reference).reduce(0) { worst, pair in
      let difference = abs(Double(pair.0) - pair.1)
      let error = difference == 0 ? 0 : difference / allowed
      return error.isNaN ? .infinity : max(worst, error)
    }
  }

  /// One a group, and one that fails where the file holds a result that nothing was compared with.
  var lines: [VerificationLine] {
    let left = left
    var missed = GroupErrors("not computed here", tolerance: 1)
    for name in left { missed.add(name, .infinity) }
    return groups.map(\.line) + (left.isEmpty ? [] : [missed.line])
  }

  /// Results of the file that nothing was compared with so far.
  var left: [String] {
    file.tensors.names.filter { name in
      ["out/", "grad/", "after"].contains { name.hasPrefix($0) } && !compared.contains(name)
    }
  }
}
