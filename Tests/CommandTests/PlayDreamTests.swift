import Foundation
import Testing

@Suite("dreamer play --dream, in text")
struct PlayDreamTests {
  let shell: Shell

  init() throws {
    shell = try Shell()
    try shell.train("--steps", "20")
  }

  private func play(_ arguments: String, keys: String = "q") throws -> Shell.Outcome {
    let arguments = ["play"] + arguments.split(separator: " ").map(String.init)
    return try shell.start(arguments, input: keys).finish()
  }

  @Test("with nothing but a path, keys from a pipe are answered with frames")
  func plain() throws {
    let outcome = try play("--dream run --text", keys: "w")
    #expect(outcome.code == 0 && outcome.errors == "")
    #expect(outcome.output.contains("episode 1  dreamt 0 steps  goes on "))
    #expect(outcome.output.contains("episode 1  dreamt 1 steps  action forward  goes on "))
    #expect(!outcome.output.contains("world:"))
  }

  @Test("beside it the world does the same; the same seed gives the same text")
  func beside() throws {
    let outcome = try play("--dream run/checkpoints/20 --beside --text --seed 3", keys: "a")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("squared error 0."))
    let again = try play("--dream run --beside --text --seed 3", keys: "a")
    #expect(again.output == outcome.output)
  }

  @Test(
    "what cannot be is an error with words and its exit code",
    arguments: [
      ("--text", 64, "give either --env, a world, or --dream, a run"),
      ("--env pendulum/classic --dream run", 64, "give either --env"),
      ("--env pendulum/classic --beside", 64, "--beside and --context go with --dream"),
      ("--dream run --context 0", 64, "--context must be at least 1"),
      ("--dream run --text --context 2000", 64, "a context of 2000 steps leaves nothing"),
      ("--dream nowhere --text", 66, "nowhere"),
    ])
  func refused(arguments: String, code: Int32, words: String) throws {
    let outcome = try play(arguments)
    #expect(outcome.code == code)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }
}
