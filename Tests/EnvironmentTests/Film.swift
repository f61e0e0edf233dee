import EnvironmentInterface
import Randomness

/// A world that shows frames one after the other, whatever is done, and how many it has shown; the
/// last one ends it for good. Each step earns the number of its frame.
struct Film: Environment {
  var height = 1
  var width = 1
  var channels = 1
  /// The first is shown at the reset.
  var frames: [[UInt8]]
  private var shown = 0

  init(height: Int = 1, width: Int = 1, channels: Int = 1, _ frames: [[UInt8]]) {
    self.height = height
    self.width = width
    self.channels = channels
    self.frames = frames
  }

  var id: String { "test/film" }
  var actionSpace: ActionSpace { .discrete(count: 2) }
  var observationSpaces: [ObservationSpace] {
    [
      ObservationSpace(
        name: "picture", kind: .image(height: height, width: width, channels: channels)),
      ObservationSpace(name: "shown", kind: .vector(count: 1)),
    ]
  }
  var information: EnvironmentInformation {
    EnvironmentInformation(
      stepLimit: frames.count - 1, rewardRange: 0...Double(frames.count - 1), bestReturn: 6,
      definesSuccess: true)
  }

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    shown = 0
    show(in: &observation)
    return .first
  }

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    shown += 1
    show(in: &observation)
    let isLast = shown == frames.count - 1
    return Step(
      reward: Double(shown), isLast: isLast, isTerminal: isLast, success: isLast ? true : nil)
  }

  private func show(in observation: inout Observation) {
    for (index, byte) in frames[shown].enumerated() { observation.images[0][index] = byte }
    observation.vectors[0][0] = Float(shown)
  }
}

extension Environment {
  /// The steps and observations of an episode of at most so many steps of action 0.
  mutating func play(_ count: Int) throws -> [(step: Step, observation: Observation)] {
    var observation = makeObservation()
    var played = [(try reset(key: Key(seed: 0), into: &observation), observation)]
    while played.count <= count, !played[played.count - 1].0.isLast {
      let step = try step(.discrete(0), into: &observation)
      played.append((step, observation))
    }
    return played
  }
}
