import EnvironmentInterface
import Foundation
import NeuralNetworks
import Randomness
import Runs
import TestSupport
import Testing
import Worlds

@Suite("Damaged recordings of episodes")
struct EpisodeFuzzTests {
  @Test(
    "each is refused with an error that names it, or has numbers that the world knows",
    arguments: ["gridworld/DoorKey-5x5", "pendulum/classic"])
  func recordings(id: String) throws {
    let scratch = try Scratch()
    let file = scratch.url.appendingPathComponent("episode.safetensors")
    var configuration = EnvironmentConfigurations()
    configuration.wrap.timeLimit = 5
    let world = try EnvironmentRegistry.make(id, configuration)
    var actions = Generator(key: Key(seed: 1))
    try EpisodeRecord(playing: world, key: Key(seed: 2)) { _, _ in
      world.actionSpace.sample(using: &actions)
    }.write(
      to: file, environment: world.id, spaces: world.observationSpaces,
      actionSpace: world.actionSpace)
    let whole = try SafeTensors(contentsOf: file)
    for number in 0..<Mutation.count(or: 200) {
      var generator = Generator(key: Key(seed: 3).fold(number))
      try Mutation.mutate(whole, using: &generator).write(to: file)
      do {
        let episode = try EpisodeRecord(contentsOf: file, of: world)
        #expect(episode.steps.allSatisfy { $0.reward.isFinite })
        #expect(episode.actions.count == episode.steps.count - 1)
      } catch let error as RunFileError {
        #expect(error.file == file.path)
      }
    }
  }
}
