import EnvironmentInterface
import Foundation
import Pendulum
import Randomness
import Testing

@Suite("The pendulum")
struct PendulumTests {
  private func makeWorld(size: Int = 64) throws -> any Environment {
    var configuration = PendulumConfiguration()
    configuration.size = size
    return try #require(
      try PendulumEnvironments.make(id: "pendulum/classic", configuration: configuration))
  }

  @Test("it goes and earns as Gymnasium's recorded ones", arguments: 0..<4)
  func recorded(row: Int) throws {
    let file = try readTrace("pendulum-gymnasium")
    let states = try #require(file["state"]?.floats)
    let actions = try #require(file["action"]?.floats)
    let rewards = try #require(file["reward"]?.floats)
    func state(at time: Int) -> ClassicPendulum.State {
      let offset = 2 * (row * 201 + time)
      return ClassicPendulum.State(
        angle: Double(states[offset]), velocity: Double(states[offset + 1]))
    }
    var world = ClassicPendulum(size: 16, start: state(at: 0))
    var observation = world.makeObservation()
    #expect(world.reset(key: Key(seed: 0), into: &observation) == .first)
    for time in 0..<200 {
      let action = Action.continuous([actions[row * 200 + time]])
      let step = try world.step(action, into: &observation)
      #expect(abs(step.reward - Double(rewards[row * 200 + time])) < 1e-4)
      #expect(abs(world.state.angle - state(at: time + 1).angle) < 1e-4)
      #expect(abs(world.state.velocity - state(at: time + 1).velocity) < 1e-4)
    }
  }

  @Test("an episode is cut off after 200 steps and never terminal; success is not defined")
  func limit() throws {
    var world = try makeWorld()
    var observation = world.makeObservation()
    _ = try world.reset(key: Key(seed: 0), into: &observation)
    for time in 1...200 {
      let step = try world.step(.continuous([2]), into: &observation)
      #expect(step.isLast == (time == 200) && !step.isTerminal && step.success == nil)
    }
  }

  @Test("starts are uniform: angles within π, velocities within 1")
  func starts() {
    var world = ClassicPendulum(size: 16)
    var observation = world.makeObservation()
    var counts = (angle: Array(repeating: 0, count: 10), velocity: Array(repeating: 0, count: 10))
    for seed in 0..<2000 {
      _ = world.reset(key: Key(seed: UInt64(seed)), into: &observation)
      counts.angle[Int((world.state.angle / .pi + 1) * 5)] += 1
      counts.velocity[Int((world.state.velocity + 1) * 5)] += 1
    }
    #expect(chiSquare(counts.angle) < ChiSquareBound.degrees9)
    #expect(chiSquare(counts.velocity) < ChiSquareBound.degrees9)
  }

  /// The angle by the mean direction of the rod's pixels from the middle.
  private func readAngle(_ image: [UInt8], size: Int) -> Double {
    var (x, y) = (0.0, 0.0)
    for (index, offset) in stride(from: 0, to: image.count, by: 3).enumerated() {
      let ink = Double(255 - Int(image[offset + 1]))
      x += ink * (Double(index % size) + 0.5 - Double(size) / 2)
      y += ink * (Double(index / size) + 0.5 - Double(size) / 2)
    }
    return atan2(-x, -y)
  }

  @Test("the angle can be read from the picture to a degree", arguments: [32, 48, 64])
  func readable(size: Int) {
    for angle in stride(from: -3.1, through: 3.1, by: 0.05) {
      var world = ClassicPendulum(
        size: size, start: ClassicPendulum.State(angle: angle, velocity: 0))
      var observation = world.makeObservation()
      _ = world.reset(key: Key(seed: 0), into: &observation)
      #expect(abs(readAngle(observation.images[0], size: size) - angle) < .pi / 180)
    }
  }

  @Test("upright, the rod points up from the black pivot on white")
  func colours() {
    var world = ClassicPendulum(size: 64, start: ClassicPendulum.State(angle: 0, velocity: 0))
    var observation = world.makeObservation()
    _ = world.reset(key: Key(seed: 0), into: &observation)
    func pixel(_ row: Int, _ column: Int) -> [UInt8] {
      let offset = (row * 64 + column) * 3
      return Array(observation.images[0][offset..<offset + 3])
    }
    #expect(pixel(32, 32) == [0, 0, 0])
    #expect(pixel(20, 32) == [204, 77, 77])
    #expect(pixel(44, 32) == [255, 255, 255])
    #expect(pixel(0, 0) == [255, 255, 255])
  }

  @Test("a size out of range is an error that names the key")
  func size() {
    let error = #expect(throws: EnvironmentError.self) { try makeWorld(size: 8) }
    #expect(
      error.map(String.init(describing:))
        == "pendulum/classic: env.pendulum.size is 8; set it to 16...1024 pixels")
  }
}
