import EnvironmentInterface

/// One moment of experience: what was seen, what it was worth, what was done then, and the latent
/// state that the agent had (ALGORITHM section 2, "Stored transition").
///
/// A caller can keep one row and overwrite it, so that steady recording allocates nothing.
package struct ReplayRow: Sendable, Equatable {
  /// Images and vectors, in the order of the layout.
  package var observation: Observation
  /// What was received on arriving at the observation; 0 at an episode's first.
  package var reward: Float = 0
  package var isFirst = false
  /// Whether the episode ended here, by its rules or by a time limit.
  package var isLast = false
  /// Whether the episode ended here by its rules, so that nothing more can be gained.
  package var isTerminal = false
  /// `[actionSize]`, chosen after seeing the observation: an index as a number, or a vector that is
  /// not clipped. Replay stores zeros where `isLast`.
  package var action: [Float]
  /// `[deter]`.
  package var deter: [Float]
  /// `[stochBytes]`: what was drawn from the latents' posterior, in bytes that only their family can
  /// read.
  package var stoch: [UInt8]

  /// A row of zeros.
  package init(observation: Observation, layout: ReplayLayout) {
    self.observation = observation
    action = Array(repeating: 0, count: layout.actionSize)
    deter = Array(repeating: 0, count: layout.deter)
    stoch = Array(repeating: 0, count: layout.stochBytes)
  }

  /// A row of what is given, and zeros.
  package init(observation: Observation, action: [Float], deter: [Float], stoch: [UInt8]) {
    self.observation = observation
    (self.action, self.deter, self.stoch) = (action, deter, stoch)
  }

  /// Traps where this row does not have the layout.
  func check(_ layout: ReplayLayout) {
    precondition(
      fits(layout),
      "images \(observation.images.map(\.count)), vectors \(observation.vectors.map(\.count)), "
        + "action \(action.count), deter \(deter.count), stoch \(stoch.count) do not fit "
        + "\(layout)")
  }

  /// Whether this row has a layout.
  package func fits(_ layout: ReplayLayout) -> Bool {
    observation.images.lazy.map(\.count).elementsEqual(layout.imageSizes)
      && observation.vectors.lazy.map(\.count).elementsEqual(layout.vectorSizes)
      && action.count == layout.actionSize && deter.count == layout.deter
      && stoch.count == layout.stochBytes
  }
}

/// The address of a stored row. It stays valid when the row is gone: it then names nothing.
package struct StepID: Hashable, Sendable, Codable {
  private var chunkNumber: UInt32
  private var rowNumber: UInt32

  package init(chunk: Int, row: Int) {
    chunkNumber = UInt32(chunk)
    rowNumber = UInt32(row)
  }

  /// The number of the row's chunk; chunks are numbered as they are begun.
  package var chunk: Int { Int(chunkNumber) }
  /// The row's place in its chunk.
  package var row: Int { Int(rowNumber) }
}
