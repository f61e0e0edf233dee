import EnvironmentInterface
import Gridworld
import Pendulum
import Randomness
import Sessions
import Testing
import Viewer

@Suite("Play")
struct PlaySessionTests {
  private func session(_ observation: String = "view+grid") throws -> PlaySession {
    var configuration = GridworldConfiguration()
    configuration.observation = observation
    let world = try #require(
      try GridworldEnvironments.make(id: "gridworld/Empty-5x5", configuration: configuration))
    return try PlaySession(in: world, key: Key(seed: 0))
  }

  @Test("the status tells episode, step, action, reward and return, and the end")
  func status() throws {
    var session = try session()
    #expect(session.status == ["episode 1  step 0 of 100", "reward 0.000  return 0.000"])
    for key in [Keystroke.up, .up, .right, .up] {
      try session.act(try #require(session.bindings.action(for: key)))
    }
    #expect(
      session.status == ["episode 1  step 4 of 100  action forward", "reward 0.000  return 0.000"])
    try session.act(.discrete(2))
    #expect(session.isOver)
    #expect(
      session.status[1]
        == "reward 0.955  return 0.955  over, success: n or an action begins anew")
    // An action after the end begins anew, and is not done.
    try session.act(.discrete(2))
    #expect(session.status[0] == "episode 2  step 0 of 100" && session.episodes == 2)
  }

  @Test("a gridworld is a grid of characters")
  func sketch() throws {
    var session = try session()
    try session.act(.discrete(1))
    #expect(
      session.lines(hasColor: false) == [
        "██████████", "██v · · ██", "██· · · ██", "██· · GG██", "██████████",
      ])
    let colored = session.lines(hasColor: true)
    #expect(colored[1].hasPrefix("\u{1B}[38;2;140;140;140m██\u{1B}[0m\u{1B}[38;2;255;80;80mv "))
  }

  @Test("pictures are shown by the names of their spaces")
  func panels() throws {
    #expect(try session().panels.map(\.title) == ["grid", "image"])
    #expect(try session().panels.map(\.picture.width) == [40, 56])
    #expect(try session("symbolic").panels.isEmpty)
  }

  @Test("a pendulum goes on by itself and is drawn in blocks")
  func pendulum() throws {
    let world = makeDriven(
      PendulumEnvironment<ClassicPendulum>(size: 64, start: .init(angle: 0, velocity: 0)))
    var session = try PlaySession(in: world, key: Key(seed: 0))
    #expect(session.pace == 0.05)
    #expect(try self.session().pace == nil)
    let lines = session.lines(hasColor: false)
    #expect(lines.count == 32 && lines.allSatisfy { $0.count == 64 })
    // Upright: white on the left and right, the rod above the middle, white below.
    #expect(lines[10].prefix(20).allSatisfy { $0 == "@" } && lines[10].dropFirst(31).first == "=")
    #expect(lines[25].allSatisfy { $0 == "@" })
    try session.act(session.bindings.action(holding: [.right]))
    #expect(session.status[0] == "episode 1  step 1 of 200  action 1.00")
  }

  @Test("the help names every key")
  func help() throws {
    let lines = KeyHelp.lines(try session().help)
    #expect(lines.count == 10)
    #expect(lines[2] == "↑ w 2      forward" && lines[9] == "q esc      quit")
  }
}
