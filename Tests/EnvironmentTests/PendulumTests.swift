import EnvironmentInterface
import Foundation
import Pendulum
import Randomness
import Testing

@Suite("The pendulums")
struct PendulumTests {
  private func makeWorld(_ id: String, size: Int = 64) throws -> any Environment {
    var configuration = PendulumConfiguration()
    configuration.size = size
    return try #require(try PendulumEnvironments.make(id: id, configuration: configuration))
  }

  @Test(
    "an episode is cut off and never terminal; success is not defined",
    arguments: [("pendulum/classic", 200), ("pendulum/swingup", 1000)])
  func limit(id: String, steps: Int) throws {
    var world = try makeWorld(id, size: 16)
    var observation = world.makeObservation()
    _ = try world.reset(key: Key(seed: 0), into: &observation)
    for time in 1...steps {
      let step = try world.step(.continuous([1]), into: &observation)
      #expect(step.isLast == (time == steps) && !step.isTerminal && step.success == nil)
    }
    #expect(world.information.stepLimit == steps)
  }

  /// A state, a torque, and the state and reward after a step, worked by hand. For swing-up the
  /// inertia is 0.25 + 0.4·0.05² = 0.251, with the damping of a step 0.253; gravity's torque is
  /// 9.81·0.5 = 4.905 times the sine.
  static let swingUpSteps: [(PendulumState, Double, PendulumState, Double)] = [
    // 0.02 · 1 / 0.253
    (.init(angle: 0, velocity: 0), 1, .init(angle: 0.02 * 0.02 / 0.253, velocity: 0.02 / 0.253), 1),
    // Beyond the limits is at the limit.
    (
      .init(angle: 0, velocity: 0), -7, .init(angle: -0.0004 / 0.253, velocity: -0.02 / 0.253), 1
    ),
    // 4.905 + 1 - 0.1 · 2 = 5.705, times 0.02 is 0.1141
    (
      .init(angle: .pi / 2, velocity: 2), 1,
      .init(angle: .pi / 2 + 0.02 * (2 + 0.1141 / 0.253), velocity: 2 + 0.1141 / 0.253), 0
    ),
    // Hanging, 0.1 · 10 brakes.
    (
      .init(angle: -.pi, velocity: 10), 0,
      .init(angle: -.pi + 0.02 * (10 - 0.02 / 0.253), velocity: 10 - 0.02 / 0.253), 0
    ),
  ]

  @Test("a step of swing-up is dm_control's", arguments: swingUpSteps.indices)
  func swingUpStep(index: Int) {
    let (state, torque, expected, reward) = Self.swingUpSteps[index]
    let step = SwingUpPendulum.step(state, torque: torque)
    #expect(abs(step.state.angle - expected.angle) < 1e-14)
    #expect(abs(step.state.velocity - expected.velocity) < 1e-14)
    #expect(step.reward == reward)
  }

  @Test("a step of classic is Gymnasium's, cut at 8 rad/s, and earns what the state before it does")
  func classicStep() {
    // 15 + 3 · 2 = 21, times 0.05 is 1.05; (π/2)² + 0.1 + 0.001 · 4
    let step = ClassicPendulum.step(PendulumState(angle: .pi / 2, velocity: 1), torque: 5)
    #expect(abs(step.state.velocity - 2.05) < 1e-14)
    #expect(abs(step.state.angle - (.pi / 2 + 0.1025)) < 1e-14)
    #expect(abs(step.reward + (.pi * .pi / 4 + 0.104)) < 1e-14)
    let fast = ClassicPendulum.step(PendulumState(angle: .pi / 2, velocity: 7.9), torque: 2)
    #expect(fast.state.velocity == 8)
    // Three turns and a bit count as the bit.
    let turned = ClassicPendulum.step(PendulumState(angle: 6 * .pi + 0.5, velocity: 0), torque: 0)
    #expect(abs(turned.reward + 0.25) < 1e-12)
  }

  @Test(
    "swing-up earns 1 within eight degrees of upright, whatever the turns",
    arguments: [
      (7.99, 1.0), (8.01, 0), (-7.99, 1), (-8.01, 0), (727.99, 1), (-352.01, 1), (180, 0),
    ])
  func swingUpReward(degrees: Double, reward: Double) {
    // A torque that balances gravity leaves the angle as it is.
    let angle = degrees * .pi / 180
    let step = SwingUpPendulum.step(
      PendulumState(angle: angle, velocity: 0), torque: -4.905 * sin(angle))
    #expect(abs(step.state.angle - angle) < 1e-12)
    #expect(step.reward == reward)
  }

  @Test("torque reaches the world of swing-up, and the action repeat adds its rewards")
  func swingUpWorld() throws {
    let start = PendulumState(angle: 0, velocity: 0)
    var world = ActionRepeat(
      PendulumEnvironment<SwingUpPendulum>(size: 16, start: start), count: 2)
    var observation = world.makeObservation()
    _ = try world.reset(key: Key(seed: 0), into: &observation)
    let step = try world.step(.continuous([0.5]), into: &observation)
    let once = SwingUpPendulum.step(start, torque: 0.5).state
    #expect(world.base.state == SwingUpPendulum.step(once, torque: 0.5).state)
    #expect(step.reward == 2)
    #expect(world.information.stepLimit == 500)
    #expect(world.information.rewardRange == 0...2)
  }

  /// How often a start has each tenth of the angles, and each tenth of the velocities within 1.
  private func starts<Rules: PendulumRules>(
    of rules: Rules.Type
  ) -> (angle: [Int], velocity: [Int]) {
    var world = PendulumEnvironment<Rules>(size: 16)
    var observation = world.makeObservation()
    var counts = (angle: Array(repeating: 0, count: 10), velocity: Array(repeating: 0, count: 10))
    for seed in 0..<2000 {
      _ = world.reset(key: Key(seed: UInt64(seed)), into: &observation)
      counts.angle[Int((world.state.angle / .pi + 1) * 5)] += 1
      counts.velocity[Int((world.state.velocity + 1) * 5)] += 1
    }
    return counts
  }

  @Test("starts of classic are uniform: angles within π, velocities within 1")
  func classicStarts() {
    let counts = starts(of: ClassicPendulum.self)
    #expect(chiSquare(counts.angle) < ChiSquareBound.degrees9)
    #expect(chiSquare(counts.velocity) < ChiSquareBound.degrees9)
  }

  @Test("starts of swing-up are uniform angles at rest")
  func swingUpStarts() {
    let counts = starts(of: SwingUpPendulum.self)
    #expect(chiSquare(counts.angle) < ChiSquareBound.degrees9)
    #expect(counts.velocity[5] == 2000)
    var world = PendulumEnvironment<SwingUpPendulum>(size: 16)
    var observation = world.makeObservation()
    _ = world.reset(key: Key(seed: 0), into: &observation)
    #expect(world.state.velocity == 0)
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

  /// The picture of a pendulum at an angle.
  private func picture<Rules: PendulumRules>(
    of rules: Rules.Type, angle: Double, size: Int
  ) -> [UInt8] {
    var world = PendulumEnvironment<Rules>(
      size: size, start: PendulumState(angle: angle, velocity: 0))
    var observation = world.makeObservation()
    observation.images[0] = observation.images[0].map { _ in 7 }
    _ = world.reset(key: Key(seed: 0), into: &observation)
    return observation.images[0]
  }

  @Test("the angle can be read from the picture to a degree", arguments: [32, 48, 64, 101])
  func readable(size: Int) {
    for angle in stride(from: -3.1, through: 3.1, by: 0.05) {
      let classic = picture(of: ClassicPendulum.self, angle: angle, size: size)
      #expect(abs(readAngle(classic, size: size) - angle) < .pi / 180)
      let swingUp = picture(of: SwingUpPendulum.self, angle: angle, size: size)
      #expect(abs(readAngle(swingUp, size: size) - angle) < .pi / 180)
    }
  }

  @Test("a quarter turn turns the picture, so that no part of it is left out", arguments: [16, 33])
  func turned(size: Int) {
    func turn(_ image: [UInt8]) -> [UInt8] {
      var turned = image
      for row in 0..<size {
        for column in 0..<size {
          // Counter-clockwise: the right column becomes the upper row.
          let (old, new) = (3 * (row * size + column), 3 * ((size - 1 - column) * size + row))
          for channel in 0..<3 { turned[new + channel] = image[old + channel] }
        }
      }
      return turned
    }
    for angle in [0.0, 0.4, 0.7, 1.1, 2.9] {
      for quarter in 1...3 {
        let end = angle + Double(quarter) * .pi / 2
        var classic = picture(of: ClassicPendulum.self, angle: angle, size: size)
        var swingUp = picture(of: SwingUpPendulum.self, angle: angle, size: size)
        for _ in 0..<quarter { (classic, swingUp) = (turn(classic), turn(swingUp)) }
        expectNear(classic, picture(of: ClassicPendulum.self, angle: end, size: size))
        expectNear(swingUp, picture(of: SwingUpPendulum.self, angle: end, size: size))
      }
    }
  }

  private func expectNear(_ one: [UInt8], _ other: [UInt8]) {
    #expect(zip(one, other).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
  }

  private func pixel(_ row: Int, _ column: Int, of image: [UInt8], size: Int = 64) -> [UInt8] {
    let offset = (row * size + column) * 3
    return Array(image[offset..<offset + 3])
  }

  @Test("upright, the rod points up from the black pivot on white")
  func colours() {
    let image = picture(of: ClassicPendulum.self, angle: 0, size: 64)
    #expect(pixel(32, 32, of: image) == [0, 0, 0])
    #expect(pixel(20, 32, of: image) == [204, 77, 77])
    #expect(pixel(44, 32, of: image) == [255, 255, 255])
    #expect(pixel(0, 0, of: image) == [255, 255, 255])
  }

  @Test("swing-up has a thin pole with a ball at its end")
  func ball() {
    let image = picture(of: SwingUpPendulum.self, angle: .pi, size: 64)
    // The end is 25.6 pixels below the middle, the ball's radius 5.12, the pole's 2.05.
    let widths = (0..<64).map { row in
      (0..<64).count { pixel(row, $0, of: image)[1] < 128 }
    }
    #expect(widths[57] == 10 && widths[45] == 4)
    #expect(widths[61] > 0 && widths[63] == 0 && widths[28] == 0)
  }

  @Test("a size out of range is an error that names the key", arguments: PendulumEnvironments.ids)
  func size(id: String) {
    let error = #expect(throws: EnvironmentError.self) { try makeWorld(id, size: 8) }
    #expect(
      error.map(String.init(describing:))
        == "\(id): env.pendulum.size is 8; set it to 16...1024 pixels")
  }
}
