import EnvironmentInterface
import Gridworld
import Pendulum
import Randomness
import Testing
import Worlds

@Suite("Conformance of the bundled worlds")
struct ConformanceTests {
  private let checker = ConformanceChecker(stepCount: 300, key: Key(seed: 0))

  @Test(
    "they keep every promise, bare and as agents drive them", arguments: EnvironmentRegistry.ids)
  func bundled(id: String) throws {
    let world = try EnvironmentRegistry.makeBare(id, EnvironmentConfigurations())
    #expect(checker.violations(of: world) == [])
    let driven = try EnvironmentRegistry.make(id, EnvironmentConfigurations())
    #expect(checker.violations(of: driven) == [])
  }

  @Test("gridworlds keep every promise whatever they show", arguments: GridworldEnvironments.ids)
  func observations(id: String) throws {
    let checker = ConformanceChecker(stepCount: 40, key: Key(seed: 1))
    for observation in [
      "grid", "symbolic", "view+grid", "view+symbolic", "grid+symbolic", "view+grid+symbolic",
    ] {
      var configuration = EnvironmentConfigurations()
      configuration[GridworldEnvironments.self].observation = observation
      configuration[GridworldEnvironments.self].actions = "useful"
      let world = try EnvironmentRegistry.make(id, configuration)
      #expect(checker.violations(of: world) == [], "\(observation)")
    }
  }

  @Test(
    "they keep every promise with everything wrapped around them",
    arguments: ["gridworld/DoorKey-5x5", "gridworld/Dynamic-Obstacles-5x5"]
      + PendulumEnvironments.ids)
  func wrapped(id: String) throws {
    var configuration = EnvironmentConfigurations()
    configuration.wrap.repeat = 2
    configuration.wrap.timeLimit = 20
    configuration.wrap.rewardScale = -3
    configuration.wrap.rewardClip = 0.5
    configuration.wrap.size = 31
    configuration.wrap.gray = true
    configuration.wrap.stack = 3
    let world = try EnvironmentRegistry.make(id, configuration)
    #expect(checker.violations(of: world) == [])
    #expect(
      world.observationSpaces == [
        ObservationSpace(name: "image", kind: .image(height: 31, width: 31, channels: 3))
      ])
    #expect(world.information.stepLimit == 20)
  }

  @Test("a counting world keeps every promise")
  func counter() {
    #expect(checker.violations(of: Counter()) == [])
  }
}

@Suite("Conformance of broken worlds")
struct BrokenConformanceTests {
  private func violations(of world: some Environment) -> [String] {
    ConformanceChecker(stepCount: 30, key: Key(seed: 0)).violations(of: world)
  }

  @Test("spaces that cannot be are named")
  func spaces() {
    func vector(_ name: String, _ count: Int = 1) -> ObservationSpace {
      ObservationSpace(name: name, kind: .vector(count: count))
    }
    let noClasses = ObservationSpace(name: "cell", kind: .discrete(count: 1, classes: 0))
    for (world, violation) in [
      (BadSpaces(), "there is no observation space"),
      (
        BadSpaces(vector("b"), vector("a")),
        "the observation spaces are not in ascending order of name"
      ),
      (
        BadSpaces(vector("a"), vector("a")),
        "the observation spaces are not in ascending order of name"
      ),
      (BadSpaces(vector("speed", 0)), "observation space 'speed' has 0 elements"),
      (BadSpaces(noClasses), "observation space 'cell' has 0 classes"),
      (
        BadSpaces(vector("reward")),
        "observation space 'reward' has a name that is kept for what else is recorded"
      ),
      (BadSpaces(.discrete(count: 0)), "the action space has 0 actions"),
      (
        BadSpaces(.continuous(low: [0, 1], high: [1, 0.5])),
        "the action bounds [0.0, 1.0] and [1.0, 0.5] enclose nothing"
      ),
    ] {
      #expect(violations(of: world) == [violation])
    }
  }

  @Test("an observation that does not fit its space is found")
  func observations() {
    #expect(
      violations(of: BeyondItsSpace()) == [
        "an episode of random actions fails: test/counter, step 3: observation 'count'[0] = 3.0 "
          + "is not one of 0..<3; make the world's observations fit its spaces"
      ])
    #expect(
      violations(of: TooManyNumbers()) == [
        "an episode of random actions fails: test/counter, step 0: observation 'count' has 2 "
          + "elements instead of 1; make the world's observations fit its spaces"
      ])
  }

  @Test("spaces that change are found")
  func changingSpaces() {
    #expect(
      violations(of: ChangingSpaces()) == ["the action space is another after an episode"])
  }

  @Test("a reset that is no first step is found")
  func noFirstStep() {
    #expect(
      violations(of: NoFirstStep()) == [
        "an episode of random actions fails: test/counter, step 0: the reset returned "
          + "\(Step(reward: 0)); return `Step.first` from `reset`"
      ])
  }

  @Test(
    "flags that contradict each other are found",
    arguments: [
      (AlwaysFirst(), 1, "isFirst true, isLast false, isTerminal false"),
      (TerminalButNotLast(), 5, "isFirst false, isLast false, isTerminal true"),
    ] as [(any Environment, Int, String)])
  func flags(world: any Environment, step: Int, flags: String) {
    #expect(
      violations(of: world) == [
        "an episode of random actions fails: test/counter, step \(step): the step says \(flags); "
          + "set isFirst only in `reset` and isTerminal only with isLast"
      ])
  }

  @Test("a reward that is not finite is found")
  func rewards() {
    #expect(
      violations(of: EarnsNaN()) == [
        "an episode of random actions fails: test/counter, step 3: the reward is nan; "
          + "make the world's rewards finite"
      ])
  }

  @Test("an episode that depends on more than key and actions is found")
  func remembers() {
    #expect(
      violations(of: Remembers()) == [
        "the same key and actions give another episode: the observations at step 0 differ"
      ])
  }

  @Test("a reset that does not start over, or refuses, is found")
  func resets() {
    let event = "a reset in the midst of an episode, or after one, gives another one"
    #expect(
      violations(of: ForgetsToStartOver()) == ["\(event): the observations at step 0 differ"])
    #expect(
      violations(of: RefusesReset()) == [
        "\(event): test/counter: still playing; play to the end",
        "playing a copy changes the original: test/counter: still playing; play to the end",
      ])
  }

  @Test("an observation that is not written each time is found")
  func unwritten() {
    #expect(
      violations(of: WritesNowAndThen()) == [
        "not every element of the observation is written: the observations at step 1 differ"
      ])
  }

  @Test("copies that share state are found")
  func sharing() {
    #expect(
      violations(of: SharesWithCopies()) == [
        "playing a copy changes the original: the observations at step 1 differ"
      ])
  }

  @Test("what people are told and is not so is found")
  func information() {
    for (information, violation) in [
      (
        EnvironmentInformation(rewardRange: -1...0.5),
        "at step 3, the reward 1.0 is not in -1.0...0.5"
      ),
      (EnvironmentInformation(stepLimit: 4), "the episode goes on after 4 steps, its limit"),
      (
        EnvironmentInformation(definesSuccess: true),
        "the last step does not tell success, which the world defines"
      ),
    ] {
      #expect(violations(of: Misinforms(information: information)) == [violation])
    }
    #expect(
      violations(of: SucceedsTooEarly()) == [
        "at step 1, which is not the last, success is told"
      ])
  }
}
