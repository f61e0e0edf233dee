import Foundation
import Pictures
import TestSupport
import Testing

@Suite("Films of evaluations")
struct EvaluateFilmTests {
  let shell: Shell

  init() throws {
    shell = try Shell()
    try shell.train("--steps", "20")
  }

  private func evaluate(_ arguments: String...) throws -> Shell.Outcome {
    try shell.run(["evaluate", "run", "--episodes", "2", "--seed", "3", "--json"] + arguments)
  }

  @Test("the results are those without a film, and the film is the same each time")
  func results() throws {
    let plain = try evaluate()
    let before = try shell.contents().filter { $0.key.hasPrefix("run/") }
    for name in ["x.png", "x.gif", "x/", "y.gif"] {
      let outcome = try evaluate("--out", name, "--threads", "2")
      #expect(outcome.code == 0 && outcome.output == plain.output, "\(outcome.errors)")
    }
    #expect(try evaluate("--mode", "--out", "z.png").output == evaluate("--mode").output)
    let files = try shell.contents()
    #expect(files["x.gif"] == files["y.gif"])
    #expect(files.filter { $0.key.hasPrefix("run/") } == before)
  }

  @Test("a film shows each step of each episode, and a picture has frames of all")
  func contents() throws {
    let lengths = try #require(try Shell.object(evaluate().output)["lengths"] as? [Int])
    // At four frames a second an episode's last one shows for two.
    _ = try evaluate("--out", "x/", "--fps", "4")
    let frames = try FileManager.default.contentsOfDirectory(atPath: shell.url("x").path)
    #expect(frames.count == lengths.reduce(0) { $0 + $1 + 1 } + 2)
    _ = try evaluate("--out", "x.gif", "--fps", "4")
    let film = try GIFReader(#require(shell.contents()["x.gif"]))
    #expect(film.frames.count > 2)
    _ = try evaluate("--out", "x.png")
    let sheet = try Picture(png: #require(shell.contents()["x.png"]))
    #expect(sheet.height > 100 && sheet.width > 100)
  }

  @Test(
    "what cannot be is told before the work",
    arguments: [
      (["--out", "no/such/x.gif"], 74, "cannot be written (there is no folder "),
      (["--out", "x.bmp"], 64, "x.bmp: its suffix says no kind of picture"),
      (["--out", ""], 64, "--out is empty"), (["--out", "x.gif", "--window"], 64, "--window goes"),
      (["--out", "x.gif", "--fps", "51"], 64, "--fps must be 0.1 to 50 with --out"),
      (["--fps", "5"], 64, "--fps goes with --window or --out"),
    ])
  func refused(arguments: [String], code: Int32, words: String) throws {
    let outcome = try shell.run(["evaluate", "nowhere"] + arguments)
    #expect(outcome.code == code && outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test("a world without pictures has no film")
  func noImage() throws {
    let trained = try shell.run(
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "blind", "--steps",
      "20", "--set", "env.gridworld.observation=symbolic")
    #expect(trained.code == 0, "\(trained.errors)")
    let outcome = try shell.run("evaluate", "blind", "--episodes", "1", "--out", "x.gif")
    #expect(outcome.code == 64 && outcome.output == "", "\(outcome.errors)")
  }
}
