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
  ///   - shares: of all frames; `heldOut` is nil where held-out frames come from elsewhere, and the part
  ///     is empty.
  /// - Throws: `ConfigurationError` where there are too few to give each part one, or where the shares
  ///   leave nothing to train on.
  init(
    of source: some FrameSource, validation: Double, heldOut: Double?, key: Key
  ) throws {
    let groups = source.episodes ?? (0..<source.count).map { $0..<$0 + 1 }
    let partCount = heldOut == nil ? 2 : 3
    guard groups.count >= partCount else {
      throw Self.tooFew(groups.count, of: source, parts: partCount)
    }
    guard validation + (heldOut ?? 0) < 1 else {
      throw ConfigurationError(
        keyPath: "data.valid", value: "\(validation)",
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
    self.heldOut = heldOut.map { take($0, leaving: 2) } ?? []
    self.validation = take(validation, leaving: 1)
    training = take(1, leaving: 0)
  }

  private static func tooFew(
    _ count: Int, of source: some FrameSource, parts: Int
  ) -> ConfigurationError {
    let unit = source.episodes == nil ? "frame" : "episode"
    let names = parts == 2 ? "training and validation" : "training, validation and held-out"
    return ConfigurationError(
      keyPath: "", value: source.origin,
      reason:
        "\(count) \(unit)\(count == 1 ? "" : "s") cannot be split into \(names) parts, of which "
        + "each needs its own; take at least \(parts) \(unit)s")
  }
}
