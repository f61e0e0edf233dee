import Foundation
import Testing

@Suite("dreamer play, in text")
struct PlayTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  private func play(
    _ arguments: String, keys: String, environment: [String: String?] = [:]
  ) throws -> Shell.Outcome {
    let arguments = ["play"] + arguments.split(separator: " ").map(String.init)
    return try shell.start(arguments, input: keys, environment: environment).finish()
  }

  @Test("each key is answered with a frame, up to the one that quits")
  func grid() throws {
    let outcome = try play("--env gridworld/Empty-5x5 --text", keys: "wwd q\nww")
    #expect(outcome.code == 0 && outcome.errors == "")
    let frames = outcome.output.components(separatedBy: "\n\n")
    // Five frames, and nothing after the last.
    #expect(frames.count == 6 && frames[5] == "")
    #expect(
      frames[0] == """
        ██████████
        ██> · · ██
        ██· · · ██
        ██· · GG██
        ██████████
        episode 1  step 0 of 100
        reward 0.000  return 0.000
        """)
    #expect(frames[3].contains("██· · v ██"))
    #expect(frames[4].contains("step 4 of 100  action toggle"))
  }

  @Test("an episode that is won says so, and the keys' end is the end")
  func won() throws {
    let outcome = try play("--env gridworld/Empty-5x5 --text", keys: "wwdww")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("reward 0.955  return 0.955  over, success"))
  }

  @Test("h tells the keys and what the characters mean")
  func help() throws {
    let outcome = try play("--env gridworld/DoorKey-5x5 --text", keys: "hq")
    #expect(outcome.output.contains("space t 5  toggle"))
    #expect(outcome.output.contains("D door   L locked door"))
  }

  @Test("a seed has its worlds, and settings hold")
  func seeds() throws {
    func play(_ arguments: String) throws -> String {
      try self.play("--env gridworld/FourRooms --text \(arguments)", keys: "q").output
    }
    #expect(try play("--seed 1") == play("--seed 1"))
    #expect(try play("--seed 1") != play("--seed 2"))
    #expect(try play("--seed 1 --set env.wrap.time_limit=7").contains("step 0 of 7"))
  }

  @Test("a pendulum is drawn in letters and takes a step a key")
  func pendulum() throws {
    let outcome = try play("--env pendulum/classic --text", keys: "da q")
    let frames = outcome.output.components(separatedBy: "\n\n").filter { !$0.isEmpty }
    #expect(frames.count == 4)
    #expect(frames[0].split(separator: "\n").count == 34)
    #expect(frames[2].contains("step 2 of 200  action -1.00"))
    #expect(frames[3].contains("step 3 of 200  action 0.0"))
  }

  @Test("without a display or SDL it says what to do, and plays in text")
  func withoutWindow() throws {
    let none: [String: String?] = ["DISPLAY": nil, "WAYLAND_DISPLAY": nil, "DREAMER_SDL": nil]
    let broken: [String: String?] = ["DREAMER_SDL": "/none/libSDL2.so"]
    for (environment, says) in [
      (
        none, ["install it with `apt-get install libsdl2-2.0-0`", "set DISPLAY or WAYLAND_DISPLAY"]
      ),
      (broken, ["/none/libSDL2.so: it cannot be loaded; correct or unset DREAMER_SDL"]),
    ] {
      let outcome = try play(
        "--env gridworld/Empty-5x5", keys: "wq", environment: environment)
      #expect(outcome.code == 0)
      #expect(says.contains { outcome.errors.contains($0) }, "\(outcome.errors)")
      #expect(outcome.errors.hasSuffix("Playing in text\n"))
      #expect(outcome.output.contains("step 1 of 100  action forward"))
    }
  }
}
