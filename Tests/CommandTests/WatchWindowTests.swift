import Evaluation
import Foundation
import Pictures
import Sessions
import Storyboards
import TestSupport
import Testing
import TrainedAgents
import Viewer

/// What is watched in windows, on a display without a screen. Tests pass where the tools are not
/// installed; `VirtualDisplay` lists them.
@Suite(
  "dreamer imagine, evaluate, train and play --dream, in a window",
  .serialized,
  .enabled(
    if: VirtualDisplay.missingTools.isEmpty,
    "needs \(VirtualDisplay.missingTools.joined(separator: ", ")); .ci/run installs them"))
struct WatchWindowTests {
  private let shell: Shell
  private let display: VirtualDisplay
  private static let task = "gridworld/Empty-5x5"

  init() throws {
    (shell, display) = (try Shell(), try VirtualDisplay())
    try shell.train("--steps", "20")
  }

  private func start(_ arguments: String...) throws -> Shell.Running {
    try shell.start(arguments, environment: ["DISPLAY": display.name])
  }

  /// Waits until a window's picture is as expected.
  private func wait(
    for title: String, _ running: Shell.Running, until isSo: ([UInt8]) -> Bool
  ) -> Bool {
    var isShown = false
    running.wait {
      isShown = (try? display.picture(of: title)).flatMap { $0 }.map(isSo) ?? false
      return isShown
    }
    return isShown
  }

  @Test("imagined frames are those of the storyboard; seeking, pictures and recordings work")
  func imagine() throws {
    let title = "dreamer imagine: \(Self.task)"
    let running = try start(
      "imagine", "run", "--context", "2", "--horizon", "3", "--sequences", "1", "--window",
      "--fps", "2", "--scale", "1")
    #expect(wait(for: title, running) { _ in true })
    try display.press("space", "Home", in: title)
    var plan = RolloutPlan()
    (plan.context, plan.horizon, plan.sequences) = (2, 3, 1)
    let trained = try TrainedAgent(contentsOf: shell.url("run"))
    let board = Storyboard(
      try trained.rollout(plan), title: "\(Self.task) after 20 steps", scale: 1)
    let size = board.frame(step: 0)
    // No window is narrower.
    let (width, height) = (max(size.width + 8, 320), size.height + 40)
    func scene(_ frame: Int) -> Scene {
      var scene = StoryboardFilm(board, framesPerSecond: 2)
        .scene(at: frame, width: width, height: height)
      scene.seek = Double(frame) / 4
      scene.lines = ["h: help  paused  frame \(frame + 1) of 5"]
      return scene
    }
    let first = scene(0).picture(width: width, height: height).pixels
    #expect(wait(for: title, running) { $0 == first })
    try display.press("period", "Page_Down", "comma", in: title)
    let fourth = scene(3).picture(width: width, height: height).pixels
    #expect(wait(for: title, running) { $0 == fourth })
    try display.press("s", "r", "comma", "comma", "r", "q", in: title)
    let outcome = try running.finish()
    #expect(outcome.code == 0 && outcome.output == "" && outcome.errors == "")
    let contents = try shell.contents()
    let picture = try Picture(png: #require(contents["dreamer-001.png"]))
    #expect(picture.width == width && picture.height == height)
    #expect(try GIFReader(#require(contents["dreamer-001.gif"])).frames.count == 3)
  }

  @Test("a window that would be larger than the screen is as large as that")
  func large() throws {
    let title = "dreamer imagine: \(Self.task)"
    let running = try start(
      "imagine", "run", "--context", "2", "--horizon", "3", "--window", "--scale", "20")
    // The screen is 1000 × 800.
    let limit = 3 * 1000 * 800
    #expect(wait(for: title, running) { $0.count > limit / 2 && $0.count < limit })
    try display.press("q", in: title)
    #expect(try running.finish().code == 0)
  }

  @Test("an evaluation ends with its results, which are those without a window")
  func evaluate() throws {
    let running = try start("evaluate", "run", "--episodes", "2", "--window", "--fps", "1000")
    let outcome = try running.finish()
    #expect(outcome.code == 0 && outcome.errors == "")
    #expect(outcome.output == (try shell.run("evaluate", "run", "--episodes", "2")).output)
  }

  @Test("an evaluation that is closed before an episode has ended has no results, and says so")
  func closed() throws {
    let title = "dreamer evaluate: \(Self.task)"
    let running = try start("evaluate", "run", "--episodes", "2", "--window", "--fps", "0.1")
    #expect(wait(for: title, running) { _ in true })
    try display.press("q", in: title)
    let outcome = try running.finish()
    #expect(outcome.code == 64 && outcome.errors.contains("there are no results"))
  }

  @Test("a run that is watched is the run that is not, also when the window is closed")
  func train() throws {
    let title = "dreamer train: \(Self.task)"
    func arguments(_ folder: String) -> [String] {
      ["train", "--env", Self.task, "--preset", "debug", "--steps", "1000", "--logdir", folder]
    }
    #expect(try shell.run(arguments("plain")).code == 0)
    let running = try shell.start(
      arguments("watched") + ["--window"], environment: ["DISPLAY": display.name])
    #expect(wait(for: title, running) { _ in true })
    try display.press("q", in: title)
    #expect(try running.finish().code == 0)
    let contents = try shell.contents()
    for name in ["scores.jsonl", "checkpoints/1000/parameters.safetensors"] {
      let plain = try #require(contents["plain/\(name)"])
      #expect(plain == contents["watched/\(name)"])
    }
  }

  @Test("a run outlives its display, and what only shows something tells of it in one line")
  func lostDisplay() throws {
    let training = "dreamer train: \(Self.task)"
    let run = try start(
      "train", "--env", Self.task, "--preset", "debug", "--steps", "1000", "--logdir", "lost",
      "--window")
    #expect(wait(for: training, run) { _ in true })
    try display.breakConnection(of: training)
    let trained = try run.finish()
    #expect(trained.code == 0 && trained.errors.contains("note: the window is gone"))
    #expect(FileManager.default.fileExists(atPath: shell.url("lost/checkpoints/1000").path))
    let evaluation = "dreamer evaluate: \(Self.task)"
    let watched = try start("evaluate", "run", "--window", "--fps", "0.1")
    #expect(wait(for: evaluation, watched) { _ in true })
    try display.breakConnection(of: evaluation)
    let outcome = try watched.finish()
    #expect(outcome.code == 74)
    #expect(outcome.errors.hasPrefix("dreamer: the window is gone (the connection to the display"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  @Test("in a dream, keys arrive and the dream goes on; the window shows it beside the world")
  func dream() throws {
    let title = "dreamer play: dream of \(Self.task)"
    let running = try start("play", "--dream", "run", "--beside", "--seed", "3")
    let trained = try TrainedAgent(contentsOf: shell.url("run"))
    var session = try DreamSession(
      of: trained, beside: true, key: EvaluationPlan.episodesKey(seed: 3))
    func expected(_ session: DreamSession) -> [UInt8] {
      var scene = PlayFilm(session).scene(at: 0, width: 720, height: 560)
      scene.lines.append("h: help")
      return scene.picture(width: 720, height: 560).pixels
    }
    let first = expected(session)
    #expect(wait(for: title, running) { $0 == first })
    try display.press("w", "a", in: title)
    for number in [2, 0] { try session.act(.discrete(number)) }
    let second = expected(session)
    #expect(first != second && wait(for: title, running) { $0 == second })
    try display.close(title, of: running.process)
    let outcome = try running.finish()
    #expect(outcome.code == 0 && outcome.errors == "")
  }

  @Test("memory does not grow over 10,000 frames")
  func memory() throws {
    // A frame for each of an episode's 100 steps, and its first: the world ends no sooner for an
    // agent that hardly ever reaches the goal.
    let running = try start("evaluate", "run", "--episodes", "130", "--window", "--fps", "1000")
    let title = "dreamer evaluate: \(Self.task)"
    #expect(wait(for: title, running) { _ in true })
    try display.resize(title, width: 320, height: 240)
    var samples: [Int] = []
    running.wait {
      if let size = residentKilobytes(running.process.processIdentifier) { samples.append(size) }
      Thread.sleep(forTimeInterval: 0.1)
      return false
    }
    let outcome = try running.finish()
    #expect(outcome.code == 0 && outcome.output.contains("130 episodes"))
    let length = try #require(
      outcome.output.firstMatch(of: /length   mean ([0-9.]+) steps/).flatMap { Double($0.1) })
    #expect(130 * (length + 1) >= 10_000)
    // What a step takes for a moment comes and goes: medians tell what stays.
    try #require(samples.count >= 20)
    func median(_ part: ArraySlice<Int>) -> Int { part.sorted()[part.count / 2] }
    let fifth = samples.count / 5
    let (early, late) = (median(samples[fifth..<2 * fifth]), median(samples.suffix(fifth)))
    #expect(late - early < 2048, "\(early) kB in the second fifth, \(late) kB in the last")
  }

  private func residentKilobytes(_ process: Int32) -> Int? {
    let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    return text?.firstMatch(of: /VmRSS:\s+([0-9]+) kB/).flatMap { Int($0.1) }
  }

  @Test(
    "without a display there is an error that says what to do, and nothing is begun",
    arguments: [
      ["imagine", "run", "--window"], ["evaluate", "run", "--window"],
      ["train", "--env", task, "--preset", "debug", "--logdir", "new", "--window"],
    ])
  func noDisplay(arguments: [String]) throws {
    let variables = ["DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "XDG_RUNTIME_DIR"]
    let outcome = try shell.start(
      arguments, environment: variables.reduce(into: [:]) { $0[$1] = .some(nil) }
    ).finish()
    #expect(outcome.code == 74)
    #expect(outcome.errors.contains("set DISPLAY or WAYLAND_DISPLAY"), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: shell.url("new").path))
  }

  @Test("a driver that SDL does not have is named")
  func noDriver() throws {
    let outcome = try shell.run(
      ["evaluate", "run", "--window"], environment: ["SDL_VIDEODRIVER": "nonsense"])
    #expect(outcome.code == 74)
    #expect(outcome.errors.contains("unset SDL_VIDEODRIVER, which is “nonsense”"))
  }
}
