import Configuration

/// `data`: where frames come from, and how they are dealt out.
package struct FrameDataConfiguration: Codable, Sendable, Equatable {
  /// An IDX file of images, gzipped or not.
  package var idx = ""
  /// An IDX file of the labels of `idx`.
  package var labels = ""
  /// An IDX file of the held-out images; empty for a share of `idx`.
  package var heldIdx = ""
  /// An IDX file of the labels of `held_idx`.
  package var heldLabels = ""
  /// A folder of PNG files, or of folders of these, which then are classes.
  package var folder = ""
  /// A folder of recorded episodes (`env.wrap.record`), or one such file.
  package var episodes = ""
  /// Frames that are collected from a world.
  package var frames = 5000
  /// The share of all frames by which to choose; 0 to look at those that are held out.
  package var valid = 0.05
  /// The share of all frames that is held out, where `held_idx` names no others.
  package var held = 0.1
  /// Rows and columns that frames are resized to; 0: as they are.
  package var size = 0
  /// Whether frames are grey.
  package var gray = false
  /// Which image of a world, or of its recordings, where there are several; empty for the first.
  package var image = ""
  /// Which factor conditions and classifies; empty for the first.
  package var label = ""

  /// 5,000 frames of a world, where one is named.
  package init() {}

  /// What values must be, by key.
  package static let ranges: [ConfigurationRange] = .all(
    [("frames", .within(2...1e8)), ("size", .within(0...1024))],
    .each("valid", are: .atLeast(0), .atMost(0.9)),
    .each("held", are: .above(0), .atMost(0.9)))
}

extension FrameDataConfiguration {
  /// Says of a configuration what is wrong with the choice of its source.
  ///
  /// - Parameter task: the id of a bundled world; empty for none.
  /// - Throws: `ConfigurationError` unless just one source is named, and each file that belongs to
  ///   another has it.
  package func check(task: String) throws {
    let places = [
      ("task", task), ("data.idx", idx), ("data.folder", folder), ("data.episodes", episodes),
    ].filter { !$0.1.isEmpty }
    guard places.count == 1 else {
      let named = places.map { "\($0.0)=\($0.1)" }.joined(separator: ", ")
      throw ConfigurationError(
        keyPath: "", value: named.isEmpty ? "data" : named,
        reason: (named.isEmpty ? "no frames are named" : "frames come from one source")
          + "; name one of " + Self.sources)
    }
    try require("labels", labels, needs: "idx", idx)
    try require("held_idx", heldIdx, needs: "idx", idx)
    try require("held_labels", heldLabels, needs: "held_idx", heldIdx)
    if !heldIdx.isEmpty, labels.isEmpty != heldLabels.isEmpty {
      let missing = labels.isEmpty ? "labels" : "held_labels"
      throw ConfigurationError(
        keyPath: "data.\(missing)", value: "",
        reason: "the other images have labels; name these too, or none")
    }
  }

  private static let sources =
    "task (--env, a bundled world), data.idx (an IDX file), data.folder (PNG files) and "
    + "data.episodes (recordings)"

  private func require(
    _ key: String, _ value: String, needs other: String, _ otherValue: String
  ) throws {
    guard !value.isEmpty, otherValue.isEmpty else { return }
    throw ConfigurationError(
      keyPath: "data.\(key)", value: value,
      reason: "belongs to data.\(other), which is empty; name both or neither")
  }
}
