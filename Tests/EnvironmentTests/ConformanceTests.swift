import EnvironmentInterface
import Gridworld
import Pendulum
import Randomness
import Testing

@Suite("Conformance")
struct ConformanceTests {
  private let checker = ConformanceChecker(stepCount: 300, key: Key(seed: 0))

  @Test("the bundled worlds keep every promise", arguments: GridworldEnvironments.ids)
  func gridworlds(id: String) throws {
    let world = try #require(try GridworldEnvironments.make(id: id))
    #expect(checker.violations(of: world) == [])
    #expect(checker.violations(of: makeDriven(world)) == [])
  }

  @Test("the pendulum keeps every promise")
  func pendulum() throws {
    let world = try #require(try PendulumEnvironments.make(id: "pendulum/classic"))
    #expect(checker.violations(of: world) == [])
    #expect(checker.violations(of: makeDriven(world)) == [])
  }

  @Test("a counting world keeps every promise")
  func counter() {
    #expect(checker.violations(of: Counter()) == [])
  }

  @Test("a reset that forgets to start over is found")
  func forgetful() {
    #expect(
      checker.violations(of: Counter(forgets: true)) == [
        "a reset in the midst of an episode gives another one: "
          + "the observations at step 0 differ"
      ])
  }

  @Test("a terminal step that is not the last is found")
  func terminal() {
    #expect(
      checker.violations(of: Counter(endsTerminally: true)) == [
        "an episode of random actions fails: test/counter, step 5: the step says isFirst false, "
          + "isLast false, isTerminal true; "
          + "set isFirst only in `reset` and isTerminal only with isLast"
      ])
  }

  @Test("copies that share state are found")
  func sharing() {
    #expect(
      checker.violations(of: SharedCounter()) == [
        "playing a copy changes the original: the observations at step 1 differ"
      ])
  }

  @Test("an observation that is never written is found")
  func unwritten() {
    #expect(
      checker.violations(of: Counter(writes: false)) == [
        "the same key and actions give another episode: the observations at step 0 differ"
      ])
  }

  @Test("an observation beyond its space is found")
  func beyondSpace() {
    #expect(
      checker.violations(of: Counter(classes: 3)) == [
        "an episode of random actions fails: test/counter, step 3: observation 'count'[0] = 3.0 "
          + "is not one of 0..<3; make the world's observations fit its spaces"
      ])
  }

  @Test("an action space without actions is found")
  func noActions() {
    #expect(checker.violations(of: Counter(actions: 0)) == ["the action space has 0 actions"])
  }
}
