import Foundation
import Testing

@Suite("Checkpoints that cannot be used")
struct CheckpointTests {
  let shell: Shell
  private let checkpoint = "run/checkpoints/20"

  init() throws {
    shell = try Shell()
    try shell.train("--steps", "20")
  }

  private static let commands = [
    ["evaluate", "run"], ["train", "--resume", "--logdir", "run", "--steps", "40"],
    [
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "b", "--from",
      "run",
    ],
  ]

  @Test("a truncated one is bad data and stays as it is", arguments: commands)
  func truncated(command: [String]) throws {
    let file = shell.url("\(checkpoint)/parameters.safetensors")
    try Data(contentsOf: file).dropLast(100).write(to: file)
    try expectRefusal(of: command, because: "parameters.safetensors: ")
  }

  @Test("one with another number in it is bad data and stays as it is", arguments: commands)
  func changed(command: [String]) throws {
    let file = shell.url("\(checkpoint)/parameters.safetensors")
    var data = try Data(contentsOf: file)
    data[data.count - 1] ^= 0x80
    try data.write(to: file)
    try expectRefusal(
      of: command, because: "parameters.safetensors: it is damaged: its checksum is not that of ")
  }

  @Test("one whose state is damaged is bad data and stays as it is", arguments: commands)
  func damagedState(command: [String]) throws {
    try Data("{".utf8).write(to: shell.url("\(checkpoint)/state.json"))
    try expectRefusal(
      of: command,
      because: "state.json: it is damaged; use another checkpoint\n")
  }

  @Test("one of other shapes is bad data and stays as it is")
  func otherShapes() throws {
    try expectRefusal(
      of: ["train", "--resume", "--logdir", "run", "--steps", "40", "--set", "agent.value.bins=7"],
      because: "parameters.safetensors: val/head/logits/kernel has shape [8, 5] instead of [8, 7]; "
        + "leave agent.value.bins=7 out, or begin another run with --from\n")
  }

  @Test("one that is not complete is missing")
  func incomplete() throws {
    try FileManager.default.removeItem(at: shell.url("\(checkpoint)/state.json"))
    let outcome = try shell.run("evaluate", "run")
    #expect(outcome.code == 66)
    #expect(
      outcome.errors.hasSuffix(
        "/run: holds no complete checkpoint; train longer, or name a run folder that has "
          + "checkpoints/<step>\n"))
  }

  private func expectRefusal(of command: [String], because reason: String) throws {
    let before = try shell.contents()
    let outcome = try shell.run(command)
    #expect(outcome.code == 65)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(reason))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(try shell.contents() == before)
  }
}
