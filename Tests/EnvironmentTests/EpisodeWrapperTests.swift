import EnvironmentInterface
import Randomness
import Testing

@Suite("Repeated actions, time limits and changed rewards")
struct EpisodeWrapperTests {
  /// Earns 1, 2, 3, 4 and 5 and ends for good.
  private let film = Film((0...5).map { [UInt8($0)] })

  @Test("repeated actions add their rewards up and show the last of what they lead to")
  func repeated() throws {
    var world = ActionRepeat(film, count: 2)
    let played = try world.play(9)
    #expect(played.map(\.step.reward) == [0, 1 + 2, 3 + 4, 5])
    #expect(played.map(\.observation.vectors[0]) == [[0], [2], [4], [5]])
  }

  @Test("an episode's end ends the repetition")
  func repeatedToTheEnd() throws {
    var world = ActionRepeat(film, count: 100)
    let played = try world.play(9)
    #expect(played.map(\.step.reward) == [0, 15])
    #expect(
      played[1].step == Step(reward: 15, isLast: true, isTerminal: true, success: true))
  }

  @Test("once is no repetition")
  func repeatedOnce() throws {
    var (world, film) = (ActionRepeat(film, count: 1), film)
    #expect(try world.play(9).map(\.step) == film.play(9).map(\.step))
    #expect(world.information == film.information)
  }

  @Test("repetition tells its limits and rewards")
  func repeatedInformation() {
    let information = ActionRepeat(film, count: 2).information
    #expect(information.stepLimit == 3)
    #expect(information.rewardRange == 0...10)
    #expect(information.bestReturn == nil)
  }

  @Test("a time limit ends an episode, but not for good, and that is no success")
  func limited() throws {
    var world = TimeLimit(film, steps: 2)
    for _ in 0..<2 {
      #expect(
        try world.play(9).map(\.step) == [
          .first, Step(reward: 1), Step(reward: 2, isLast: true, success: false),
        ])
    }
    #expect(world.information.stepLimit == 2)
    #expect(world.information.bestReturn == nil)
  }

  @Test(
    "an end in truth at the limit stays one, and a longer limit changes nothing", arguments: [5, 6])
  func limitedAtTheEnd(steps: Int) throws {
    var (world, film) = (TimeLimit(film, steps: steps), film)
    #expect(try world.play(9).map(\.step) == film.play(9).map(\.step))
    #expect(world.information == film.information)
  }

  @Test("a world without success stays without at its limit")
  func limitedWithoutSuccess() throws {
    var world = TimeLimit(Counter(), steps: 1)
    #expect(try world.play(9).map(\.step) == [.first, Step(reward: 0, isLast: true)])
  }

  @Test("the limit counts anew after a reset in the midst of an episode, and for each copy")
  func limitCounts() throws {
    var world = TimeLimit(film, steps: 3)
    _ = try world.play(2)
    #expect(try world.play(2).count == 3)
    var (copy, observation) = (world, world.makeObservation())
    #expect(try copy.step(.discrete(0), into: &observation).isLast)
    #expect(try world.step(.discrete(0), into: &observation).isLast)
  }

  @Test("rewards are scaled, then clipped; flags stay")
  func rewards() throws {
    var world = ScaledReward(film, scale: -0.5, clip: 2)
    let played = try world.play(9)
    #expect(played.map(\.step.reward) == [0, -0.5, -1, -1.5, -2, -2])
    #expect(played[5].step == Step(reward: -2, isLast: true, isTerminal: true, success: true))
    #expect(world.information.rewardRange == -2...0)
    #expect(world.information.bestReturn == nil)
  }

  @Test("scaled returns are told scaled")
  func scaledInformation() {
    let information = ScaledReward(film, scale: 10).information
    #expect(information.rewardRange == 0...50)
    #expect(information.bestReturn == 60)
  }

  @Test(
    "a bound hides no reward that is not finite", arguments: [Double.nan, .infinity, -.infinity])
  func boundedInfinity(reward: Double) throws {
    var world = CheckedEnvironment(ScaledReward(Counter(treasure: reward), scale: 2, clip: 1))
    let error = #expect(throws: EnvironmentError.self) { try world.play(9) }
    #expect(
      error?.description
        == "test/counter, step 3: the reward is \(reward); make the world's rewards finite")
  }

  @Test("the order of wrappers decides: what is outside sees what the inside made of it")
  func order() throws {
    // Four frames in two steps, against two frames in two steps of one.
    var repeatedFirst = TimeLimit(ActionRepeat(film, count: 2), steps: 2)
    #expect(try repeatedFirst.play(9).map(\.step.reward) == [0, 3, 7])
    var limitedFirst = ActionRepeat(TimeLimit(film, steps: 2), count: 2)
    #expect(try limitedFirst.play(9).map(\.step.reward) == [0, 3])
    // Each of four rewards is clipped, against their sums.
    var clippedFirst = ActionRepeat(ScaledReward(film, clip: 2), count: 2)
    #expect(try clippedFirst.play(2).map(\.step.reward) == [0, 3, 4])
    var clippedLast = ScaledReward(ActionRepeat(film, count: 2), clip: 2)
    #expect(try clippedLast.play(2).map(\.step.reward) == [0, 2, 2])
  }
}
