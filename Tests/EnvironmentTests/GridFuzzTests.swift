import EnvironmentInterface
import Gridworld
import Randomness
import Testing

/// A million random actions in all: no crash and no rule broken.
@Suite("Random play in gridworlds")
struct GridFuzzTests {
  private static let actionsPerWorld = 1_000_000 / GridworldEnvironments.ids.count + 1

  @Test("no rule is broken by random actions", arguments: GridworldEnvironments.ids)
  func play(id: String) throws {
    let family = try #require(GridworldEnvironments.family(id))
    var world = GridEnvironment(family)
    var observation = world.makeObservation()
    let key = Key(seed: 1).fold(id)
    var generator = Generator(key: key.fold("actions"))
    // Steps forward are more frequent than in truth, so that more of the world is seen.
    let frequent: [GridAction] = [.forward, .forward, .forward, .toggle, .pickup]
    let actions = family.actions + frequent.filter(family.actions.contains)
    var (steps, episode, isLast) = (0, 0, true)
    var start = world.episode
    for _ in 0..<Self.actionsPerWorld {
      if isLast {
        _ = world.reset(key: key.fold(episode), into: &observation)
        (steps, episode, isLast, start) = (0, episode + 1, false, world.episode)
      }
      let before = world.episode
      let action = actions[generator.integer(below: actions.count)]
      let step = try world.step(.discrete(action.rawValue), into: &observation)
      steps += 1
      isLast = step.isLast
      let violation =
        Self.violation(before, world.episode) ?? Self.violation(start, world.episode, step: step)
      if let violation {
        Issue.record("\(id), episode \(episode), step \(steps), \(action): \(violation)")
        return
      }
      #expect(family.rewardRange ~= step.reward && (steps < family.maxSteps || isLast))
    }
    #expect(episode > 1)
  }

  /// What a single step must not do.
  private static func violation(_ before: GridEpisode, _ after: GridEpisode) -> String? {
    let (old, new) = (before.agent, after.agent)
    if old.position.next(old.direction) != new.position && old.position != new.position {
      return "the agent jumped from \(old) to \(new)"
    }
    if old.direction != new.direction && old.position != new.position {
      return "the agent turned and moved at once"
    }
    if !(0..<after.grid.width ~= new.position.x && 0..<after.grid.height ~= new.position.y) {
      return "the agent left the grid for \(new.position)"
    }
    return after.grid[new.position].canBeEntered
      ? nil : "the agent stands in \(after.grid[new.position])"
  }

  /// What an episode must not do to what it began with.
  private static func violation(
    _ start: GridEpisode, _ now: GridEpisode, step: Step
  ) -> String? {
    let (then, things) = (census(of: start), census(of: now))
    for (kind, count) in then {
      let left = things[kind] ?? 0
      // A box can be opened, and is gone then.
      guard left == count || kind.object == .box && left < count else {
        return "\(left) of \(kind) instead of \(count)"
      }
    }
    if let new = things.keys.first(where: { then[$0] == nil }) { return "a \(new) out of nothing" }
    return step.isTerminal && !step.isLast ? "the end is not the last step" : nil
  }

  private struct Kind: Hashable {
    var object: Object
    var color: Color
  }

  /// Everything but empty cells, what the agent holds too; doors however they stand.
  private static func census(of episode: GridEpisode) -> [Kind: Int] {
    var census: [Kind: Int] = [:]
    let grid = episode.grid
    for object in Object.allCases where object != .empty {
      for position in grid.positions(of: object) {
        census[Kind(object: object, color: grid[position].color), default: 0] += 1
      }
    }
    if episode.carried != .empty {
      census[Kind(object: episode.carried.object, color: episode.carried.color), default: 0] += 1
    }
    return census
  }
}
