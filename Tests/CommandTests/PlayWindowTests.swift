import Configuration
import Evaluation
import Foundation
import Randomness
import Sessions
import TestSupport
import Testing
import TrainedAgents
import Viewer
import Worlds

/// `dreamer play` in a window on a display without a screen. Tests pass where the tools are not
/// installed; `VirtualDisplay` lists them.
@Suite(
  "dreamer play, in a window",
  .serialized,
  .enabled(
    if: VirtualDisplay.missingTools.isEmpty,
    "needs \(VirtualDisplay.missingTools.joined(separator: ", ")); .ci/run installs them"))
struct PlayWindowTests {
  private static let id = "gridworld/DoorKey-5x5"
  private static let title = "dreamer play \(id)"

  /// What the command shows, made here.
  private func session() throws -> PlaySession {
    let configuration = try TrainingConfiguration.resolve(
      set: ["env.gridworld.observation=view+grid"]
    ).configuration
    let world = try EnvironmentRegistry.make(Self.id, configuration.env, for: .person)
    return try PlaySession(in: world, key: EvaluationPlan.episodesKey(seed: 3))
  }

  /// Waits until the window shows a scene.
  private func shows(
    _ session: PlaySession, help: Bool = false, width: Int = 720, height: Int = 560,
    on display: VirtualDisplay, _ running: Shell.Running
  ) throws -> Bool {
    let film = PlayFilm(session)
    var scene = film.scene(at: 0, width: width, height: height)
    scene.lines.append("h: help")
    (scene.help, scene.showsHelp) = (PlayerKeys.help(beside: film.help, isPaced: false), help)
    let expected = scene.picture(width: width, height: height).pixels
    var isShown = false
    running.wait {
      isShown = (try? display.picture(of: Self.title)) == expected
      return isShown
    }
    return isShown
  }

  @Test("frames show, keys arrive, the size can change, and closing it ends cleanly")
  func play() throws {
    let (shell, display) = (try Shell(), try VirtualDisplay())
    let running = try shell.start(
      ["play", "--env", Self.id, "--seed", "3"], environment: ["DISPLAY": display.name])
    var session = try session()
    #expect(try shows(session, on: display, running))
    try display.press("Right", "w", "space", in: Self.title)
    for number in [1, 2, 5] { try session.act(.discrete(number)) }
    #expect(try shows(session, on: display, running))
    try display.press("F1", in: Self.title)
    #expect(try shows(session, help: true, on: display, running))
    try display.press("h", "n", in: Self.title)
    try session.begin()
    try display.resize(Self.title, width: 500, height: 400)
    #expect(try shows(session, width: 500, height: 400, on: display, running))
    try display.close(Self.title, of: running.process)
    let outcome = try running.finish()
    #expect(outcome.code == 0 && outcome.output == "" && outcome.errors == "", "\(outcome)")
  }

  @Test("a pendulum goes on without a key, and q quits")
  func pendulum() throws {
    let (shell, display) = (try Shell(), try VirtualDisplay())
    let title = "dreamer play pendulum/classic"
    let running = try shell.start(
      ["play", "--env", "pendulum/classic"], environment: ["DISPLAY": display.name])
    var pictures: Set<[UInt8]> = []
    running.wait {
      if let picture = try? display.picture(of: title) { pictures.insert(picture) }
      return pictures.count > 2
    }
    #expect(pictures.count > 2)
    try display.press("q", in: title)
    #expect(try running.finish().code == 0)
  }

  @Test("a signal ends it", arguments: [(SIGTERM, Int32(143)), (SIGINT, Int32(130))])
  func signals(signal: Int32, code: Int32) throws {
    let (shell, display) = (try Shell(), try VirtualDisplay())
    let running = try shell.start(
      ["play", "--env", Self.id], environment: ["DISPLAY": display.name])
    running.wait { (try? display.picture(of: Self.title)) ?? nil != nil }
    running.signal(signal)
    #expect(try running.finish().code == code)
  }
}
