import Agents
import EnvironmentInterface
import Kernels
import Randomness
import WorldModels

/// An episode, or its beginning, as an agent's world model saw it, with what was true of the world.
package struct ProbedEpisode: Sendable {
  /// A state for each moment, the reset the first.
  package let states: LatentStates
  /// What was true at each moment.
  package let truth: [[TrueValue]]

  package init(states: LatentStates, truth: [[TrueValue]]) {
    (self.states, self.truth) = (states, truth)
  }
}

extension Agent {
  /// Plays uniformly random actions and follows with open eyes; of each latent the likeliest class
  /// is taken.
  ///
  /// - Parameters:
  ///   - world: driven as agents drive it.
  ///   - moments: how many there are at most, the reset counted; at least 1.
  /// - Throws: what the world throws.
  package func probedEpisode(
    in world: any Environment, moments: Int, key: Key
  ) throws -> ProbedEpisode {
    var (world, observations, truth) = (world, [Observation](), [[TrueValue]]())
    var generator = Generator(key: key.fold("actions"))
    var observation = world.makeObservation()
    var step = try world.reset(key: key.fold("world"), into: &observation)
    var previous = [Float](repeating: 0, count: actionSpace.storedCount)
    while true {
      observations.append(observation)
      truth.append(world.trueState)
      if step.isLast || truth.count >= moments { break }
      let action = world.actionSpace.sample(using: &generator)
      step = try world.step(action, into: &observation)
      previous += actionSpace.stored(action)
    }
    let states = posteriorStates(rows(of: observations), previousActions: previous, draws: .mode)
    return ProbedEpisode(states: states, truth: truth)
  }

  private func rows(of observations: [Observation]) -> ObservationRows {
    let imageCount = spaces.count(where: \.isImage)
    return ObservationRows(
      count: observations.count,
      images: (0..<imageCount).map { index in
        ByteStorage(observations.flatMap { $0.images[index] })
      },
      vectors: (0..<spaces.count - imageCount).map { index in
        observations.flatMap { $0.vectors[index] }
      })
  }
}
