import Agents
import EnvironmentInterface
import Evaluation
import Foundation
import Runs
import TrainedAgents
import Viewer

/// An evaluation as a window shows it: the agent plays one episode after the other, its dream beside.
package struct EvaluationFilm: Film {
  private let trained: TrainedAgent
  private let plan: EvaluationPlan
  private let framesPerSecond: Double
  private var current: EvaluationGames
  private var episode: WatchedEpisode
  private var beside: DreamBeside
  /// The results of the episodes that have ended.
  package private(set) var evaluation = EvaluationResult([])
  /// Frames for which an episode's last one still shows.
  private var hold = 0

  /// Begins the first episode.
  ///
  /// - Throws: `RolloutError` where the world shows no image; what the world throws.
  package init(of trained: TrainedAgent, _ plan: EvaluationPlan, framesPerSecond: Double) throws {
    guard trained.agent.spaces.contains(where: \.isImage) else {
      throw RolloutError.noImage(environment: trained.configuration.task)
    }
    (self.trained, self.plan, self.framesPerSecond) = (trained, plan, framesPerSecond)
    episode = WatchedEpisode(in: try trained.makeEnvironment())
    beside = DreamBeside(of: trained.agent, key: EvaluationPlan.episodesKey(seed: plan.seed))
    current = try Self.game(0, of: trained, plan)
    watch()
  }

  private static func game(
    _ number: Int, of trained: TrainedAgent, _ plan: EvaluationPlan
  ) throws -> EvaluationGames {
    try EvaluationGames(
      trained.agent, plan, episodes: number..<number + 1, in: trained.makeEnvironment)
  }

  /// The step that was made last; nil before one is there to be shown.
  var newest: WatchedStep? { episode.steps.last }

  /// Episodes that have ended.
  private var endedCount: Int { evaluation.returns.count }

  package var pace: Double? { 1 / framesPerSecond }

  package var frameCount: Int { episode.steps.count }

  package func scene(at frame: Int, width: Int, height: Int) -> Scene {
    let number = endedCount + (current.hasEnded ? 0 : 1)
    var line = "episode \(number) of \(plan.episodes)"
    if endedCount > 0 { line += "  mean return \(evaluation.mean.short)" }
    return episode.scene(at: frame, lines: [line])
  }

  package var help: [KeyHelp] { [KeyHelp([.character("n")], "on to the next episode")] }

  package mutating func advance(holding held: Set<Keystroke>) throws -> FilmProgress {
    guard current.hasEnded else { return try step() }
    hold -= 1
    return hold > 0 ? .waiting : try beginNext()
  }

  /// The rest of an episode that is passed over is played all the same.
  package mutating func take(_ key: Keystroke) throws -> FilmProgress? {
    guard key == .character("n") else { return nil }
    while !current.hasEnded { _ = try step() }
    return try beginNext()
  }

  private mutating func step() throws -> FilmProgress {
    _ = try current.step()
    watch()
    if current.hasEnded {
      evaluation += EvaluationResult(current.games)
      // Half a second, but no more frames than people can tell apart.
      hold = Int((0.5 * min(framesPerSecond, 30)).rounded(.up))
    }
    return .frame
  }

  private mutating func beginNext() throws -> FilmProgress {
    guard endedCount < plan.episodes else { return .ended }
    current = try Self.game(endedCount, of: trained, plan)
    watch()
    return .frame
  }

  private mutating func watch() {
    if let step = beside.follow(current.moment(of: 0)) { episode.append(step) }
  }
}
