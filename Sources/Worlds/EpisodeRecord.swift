import EnvironmentInterface
import Randomness

/// An episode, or its beginning: what the world showed and what was done.
public struct EpisodeRecord: Sendable, Equatable {
  /// How the episode stood at each row; the first row is the reset.
  public internal(set) var steps: [Step] = []
  /// What was done on seeing each row but the last.
  public internal(set) var actions: [Action] = []
  /// `[rows, height, width, channels]` for each image space.
  public internal(set) var images: [[UInt8]]
  /// `[rows, count]` for each other space.
  public internal(set) var vectors: [[Float]]

  /// Begins a record with the reset.
  public init(_ first: Step, _ observation: Observation) {
    images = observation.images.map { _ in [] }
    vectors = observation.vectors.map { _ in [] }
    append(first, observation)
  }

  /// Adds what came of an action.
  public mutating func append(_ action: Action, _ step: Step, _ observation: Observation) {
    actions.append(action)
    append(step, observation)
  }

  /// The first rows.
  public func prefix(_ rows: Int) -> EpisodeRecord {
    var part = self
    for index in images.indices {
      part.images[index].removeLast(images[index].count / steps.count * max(steps.count - rows, 0))
    }
    for index in vectors.indices {
      part.vectors[index].removeLast(
        vectors[index].count / steps.count * max(steps.count - rows, 0))
    }
    part.steps = Array(steps.prefix(rows))
    part.actions = Array(actions.prefix(max(rows - 1, 0)))
    return part
  }

  private mutating func append(_ step: Step, _ observation: Observation) {
    steps.append(step)
    for index in images.indices { images[index].append(contentsOf: observation.images[index]) }
    for index in vectors.indices { vectors[index].append(contentsOf: observation.vectors[index]) }
  }
}

extension EpisodeRecord {
  /// Plays an episode to its end, or until there is nothing more to do.
  ///
  /// - Parameter action: what to do on seeing a row, by its number; nil to stop.
  /// - Throws: what the world and `action` throw.
  public init(
    playing world: any Environment, key: Key, action: (Observation, Int) throws -> Action?
  ) throws {
    var world = world
    var observation = world.makeObservation()
    self.init(try world.reset(key: key, into: &observation), observation)
    while !isEnded, let action = try action(observation, actions.count) {
      append(action, try world.step(action, into: &observation), observation)
    }
  }

  private var isEnded: Bool { steps[steps.count - 1].isLast }
}

extension EpisodeRecord {
  /// An image of one row, by the number of its space among the images.
  public func image(_ index: Int, row: Int) -> ArraySlice<UInt8> {
    let size = images[index].count / steps.count
    return images[index][row * size..<(row + 1) * size]
  }

  package func vector(_ index: Int, row: Int) -> ArraySlice<Float> {
    let size = vectors[index].count / steps.count
    return vectors[index][row * size..<(row + 1) * size]
  }
}
