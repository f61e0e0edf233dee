import Configuration
import Randomness

/// Which frames of a source are in which part: a function of the source's episodes, the shares and the
/// key alone.
struct FrameSplit {
  let training: [Int]
  let validation: [Int]
  let heldOut: [Int]

  /// Deals whole episodes, or frames where each stands for itself, in an order that the key draws: first
  /// to the held-out part until it has its share, then to validation; the rest is trained on. Each part
  /// gets at least one.
  ///
  /// - Parameters:
  ///   - validation, heldOut: shares of all frames; nil where those frames come from elsewhere, and the
  ///     part is empty.
  /// - Throws: `ConfigurationError` where there are too few to give each part one, or where the shares
  ///   leave nothing to train on.
  init(
    of source: some FrameSource, validation: Double?, heldOut: Double?, key: Key
  ) throws {
    let groups = source.episodes ?? (0..<source.count).map { $0..<$0 + 1 }
    let parts = ["training", validation.map { _ in "validation" }, heldOut.map { _ in "held-out" }]
      .compactMap { $0 }
    guard groups.count >= parts.count else {
      throw Self.tooFew(groups.count, of: source, parts: parts)
    }
    guard (validation ?? 0) + (heldOut ?? 0) < 1 else {
      throw ConfigurationError(
        keyPath: "data.valid", value: "\(validation ?? 0)",
        reason: "together with data.held it must be below 1, to leave frames to train on")
    }
    var generator = Generator(key: key)
    var order = Array(groups.indices)
    generator.shuffle(&order)
    // So many must be left for the parts that come after.
    func take(_ share: Double, leaving: Int) -> [Int] {
      var taken: [Int] = []
      let wanted = Int((share * Double(source.count)).rounded())
      while order.count > leaving, let group = order.last, taken.isEmpty || taken.count < wanted {
        taken += groups[group]
        order.removeLast()
      }
      return taken.sorted()
    }
    self.heldOut = heldOut.map { take($0, leaving: validation == nil ? 1 : 2) } ?? []
    self.validation = validation.map { take($0, leaving: 1) } ?? []
    training = take(1, leaving: 0)
  }

  private static func tooFew(
    _ count: Int, of source: some FrameSource, parts: [String]
  ) -> ConfigurationError {
    let unit = source.episodes == nil ? "frame" : "episode"
    let names = parts.dropLast().joined(separator: ", ") + " and " + (parts.last ?? "")
    return ConfigurationError(
      keyPath: "", value: source.origin,
      reason:
        "\(count) \(unit)\(count == 1 ? "" : "s") cannot be split into \(names) parts, of which "
        + "each needs its own; take at least \(parts.count) \(unit)s")
  }
}
