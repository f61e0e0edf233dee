import Agents
import Configuration
import EnvironmentInterface
import Evaluation
import Foundation
import Pictures
import Randomness
import Runs
import Sessions
import Storyboards
import TestSupport
import Testing
import TrainedAgents
import Training
import Viewer
import Worlds

/// An agent of Empty-5x5 that has learnt nothing.
private func untrainedAgent(_ set: [String] = []) throws -> TrainedAgent {
  let configuration = try TrainingConfiguration.resolve(
    task: "gridworld/Empty-5x5", presets: ["debug"], files: [], set: set
  ).configuration
  let world = try EnvironmentRegistry.make(configuration.task, configuration.env)
  return TrainedAgent(
    kept(
      try Agent(
        configuration.agent, spaces: world.observationSpaces, actionSpace: world.actionSpace,
        key: Key(seed: 0))), configuration: configuration, step: 0)
}

@Suite("Play as a film")
struct PlayFilmTests {
  private func film(_ id: String) throws -> PlayFilm<PlaySession> {
    let configuration = try TrainingConfiguration.resolve().configuration
    return PlayFilm(
      try PlaySession(
        in: EnvironmentRegistry.make(id, configuration.env, for: .person), key: Key(seed: 1)))
  }

  private func lines(_ film: PlayFilm<PlaySession>, _ frame: Int) -> [String] {
    film.scene(at: frame, width: 100, height: 100).lines
  }

  @Test("the episode can be looked at again; another one begins with its first frame")
  func past() throws {
    var film = try film("gridworld/Empty-5x5")
    #expect(try film.take(.left) == .frame)
    #expect(try film.take(.up) == .frame)
    #expect(film.frameCount == 3 && film.pace == nil)
    #expect(lines(film, 1)[0].contains("step 1 of 100  action left"))
    #expect(lines(film, 2)[0].contains("step 2 of 100  action forward"))
    #expect(try film.advance(holding: [.up]) == .waiting && film.frameCount == 3)
    #expect(try film.take(.pageUp) == nil && film.frameCount == 3)
    #expect(try film.take(.character("n")) == .frame && film.frameCount == 1)
    #expect(lines(film, 0)[0].hasPrefix("episode 2"))
  }

  @Test("a pendulum goes on by the keys that are held")
  func pendulum() throws {
    var film = try film("pendulum/classic")
    #expect(film.pace == 0.05)
    #expect(try film.take(.left) == .waiting && film.frameCount == 1)
    #expect(try film.advance(holding: [.left]) == .frame)
    #expect(lines(film, 1)[0].contains("action -1.00"))
  }

  @Test("what is remembered is bounded")
  func bound() throws {
    var film = try film("pendulum/classic")
    for _ in 0..<150 { _ = try film.advance(holding: []) }
    let scene = film.scene(at: 0, width: 100, height: 100)
    let bytes = scene.panels[0].picture.pixels.count
    #expect(film.frameCount * bytes <= 64 << 20)
    #expect(lines(film, film.frameCount - 1)[0].contains("step 150 "))
  }
}

@Suite("What was imagined, as a film")
struct StoryboardFilmTests {
  @Test("it shows the storyboard's frames, and begins again after a second")
  func loop() throws {
    var plan = RolloutPlan()
    (plan.context, plan.horizon, plan.sequences) = (2, 2, 1)
    let board = Storyboard(try untrainedAgent().rollout(plan), title: "a title")
    var film = StoryboardFilm(board, framesPerSecond: 2)
    #expect(film.frameCount == 4 && film.pace == 0.5)
    #expect(film.advance(holding: []) == .waiting && film.advance(holding: []) == .waiting)
    #expect(film.advance(holding: []) == .again)
    #expect(film.advance(holding: []) == .waiting)
    let frame = board.frame(step: 3)
    let picture = film.scene(at: 3, width: frame.width + 8, height: frame.height + 40).panels[0]
    #expect(picture.picture == frame)
  }
}

@Suite("An evaluation as a film")
struct EvaluationFilmTests {
  private let trained: TrainedAgent
  private var plan: EvaluationPlan

  init() throws {
    trained = try untrainedAgent()
    plan = EvaluationPlan(trained.configuration.run)
    (plan.episodes, plan.environments, plan.seed) = (3, 1, 7)
  }

  @Test("its results are those of the evaluation that nobody watches")
  func results() throws {
    var film = try EvaluationFilm(of: trained, plan, framesPerSecond: 4)
    var (progress, frames) = (FilmProgress.frame, 1)
    while progress != .ended {
      progress = try film.advance(holding: [])
      if progress == .frame { frames += 1 }
    }
    let expected = try trained.agent.evaluate(in: trained.makeEnvironment, plan)
    #expect(film.evaluation == expected)
    // Each episode shows its first moment too.
    #expect(frames == expected.lengths.reduce(0, +) + 3)
  }

  @Test("an episode that is passed over counts")
  func passedOver() throws {
    var film = try EvaluationFilm(of: trained, plan, framesPerSecond: 4)
    #expect(try film.take(.character("n")) == .frame)
    #expect(film.evaluation.returns.count == 1 && film.frameCount == 1)
    #expect(try film.take(.character("x")) == nil)
    #expect(try film.take(.character("n")) == .frame)
    #expect(try film.take(.character("n")) == .ended)
    #expect(film.evaluation == (try trained.agent.evaluate(in: trained.makeEnvironment, plan)))
  }

  @Test("world, dream and difference stand beside each other; after 15 steps the model looks again")
  func dream() throws {
    var film = try EvaluationFilm(of: trained, plan, framesPerSecond: 4)
    for _ in 0..<17 { _ = try film.advance(holding: []) }
    func line(_ frame: Int) -> String { film.scene(at: frame, width: 9, height: 9).lines[2] }
    try #require(film.frameCount == 18)
    #expect(line(0).hasPrefix("dream: looks"))
    #expect(line(1).hasPrefix("dream: 1 ahead") && line(15).hasPrefix("dream: 15 ahead"))
    #expect(line(16).hasPrefix("dream: looks") && line(17).hasPrefix("dream: 1 ahead"))
    let scene = film.scene(at: 5, width: 9, height: 9)
    #expect(scene.panels.map(\.title) == ["world", "dream", "difference"])
    #expect(scene.charts.allSatisfy { $0.marker == 5 })
    let pixels = scene.panels.map { $0.picture.pixels.map(Int.init) }
    #expect(pixels[2] == zip(pixels[0], pixels[1]).map { abs($0 - $1) })
  }

  @Test("a world without pictures cannot be watched")
  func noImage() throws {
    let blind = try untrainedAgent(["env.gridworld.observation=symbolic"])
    #expect(throws: RolloutError.self) {
      _ = try EvaluationFilm(of: blind, plan, framesPerSecond: 4)
    }
  }
}

@Suite("A run as a film")
struct TrainingFilmTests {
  /// Trains for some steps and returns all that the run wrote that tells of no clock.
  private func train(watch: Bool) throws -> (files: [String: Data], frames: Int) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("dreamer-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let configuration = try TrainingConfiguration.resolve(
      task: "gridworld/Empty-5x5", presets: ["debug"], files: [], set: ["run.steps=200"]
    ).configuration
    let trainer = try Trainer(configuration, in: RunFolder(at: folder))
    let feed = TrainingFeed()
    var observer = TrainingObserver(of: trainer, to: feed)
    var film = TrainingFilm(
      of: feed, in: try EnvironmentRegistry.make(configuration.task, configuration.env),
      totalSteps: 200, until: { false })
    var frames = 0
    _ = try trainer.run {
      if watch { observer.look(at: trainer) }
      while film.advance(holding: []) == .frame {
        frames += 1
        let lines = film.scene(at: film.frameCount - 1, width: 9, height: 9).lines
        if lines[0].hasPrefix("run  step \(trainer.step) of 200") { continue }
        Issue.record("not of this step: \(lines)")
      }
      return false
    }
    let names = FileManager.default.subpaths(atPath: folder.path) ?? []
    let kept = names.filter { $0.hasSuffix("parameters.safetensors") || $0 == "scores.jsonl" }
    return (
      try kept.reduce(into: [:]) { files, name in
        files[name] = try Data(contentsOf: folder.appendingPathComponent(name))
      }, frames
    )
  }

  @Test("watching changes nothing of a run, and all steps of the first environment can be shown")
  func same() throws {
    let (plain, watched) = (try train(watch: false), try train(watch: true))
    #expect(plain.files.count >= 2 && plain.files == watched.files)
    #expect(plain.frames == 0 && watched.frames > 40)
  }

  @Test("while enough lies ready, a run goes on unseen; when it is closed, for ever")
  func feed() throws {
    let trained = try untrainedAgent()
    var plan = EvaluationPlan(trained.configuration.run)
    plan.seed = 7
    let games = try EvaluationGames(
      trained.agent, plan, episodes: 0..<1, in: trained.makeEnvironment)
    let feed = TrainingFeed()
    var beside = DreamBeside(of: trained.agent, key: Key(seed: 0))
    func offer() throws -> Bool {
      guard feed.isOpen, let step = beside.follow(games.moment(of: 0)) else { return false }
      feed.put(.init(step: step, environmentSteps: 0, updates: 0, recentReturn: nil))
      _ = try games.step()
      return true
    }
    for _ in 0..<16 { #expect(try offer()) }
    #expect(try !offer())
    for _ in 0..<11 { #expect(feed.take() != nil) }
    #expect(try !offer())
    #expect(feed.take() != nil)
    #expect(try offer())
    feed.close()
    #expect(try !offer())
  }
}
