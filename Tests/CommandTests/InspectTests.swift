import Foundation
import NeuralNetworks
import Testing

@Suite("dreamer inspect")
struct InspectTests {
  let shell: Shell
  private static let checkpoint = "run/checkpoints/60"

  init() throws {
    shell = try Shell()
    // Episodes so short that some end.
    try shell.train(
      "--steps", "60", "--seed", "3", "--set", "run.eval_every=20", "run.eval_eps=2",
      "run.keep.best=false", "env.wrap.time_limit=10")
  }

  @Test("a run tells what it holds")
  func run() throws {
    let before = try shell.contents()
    let outcome = try shell.run("inspect", "run")
    #expect(outcome.code == 0)
    #expect(outcome.errors == "")
    for text in [
      "run\n  environment  gridworld/Empty-5x5; image 56×56×3; 7 actions\n",
      "  steps        60 of 60, ", " updates, finished\n", "               seed: 3\n",
      "               agent.dyn.rssm.deter: 16\n",
      " keys as the environment's preset has them, and",
      "60 (", "               dyn: ", "  returns      ", "  evaluations  ", " at step ",
      "  problems     none\n",
    ] { #expect(outcome.output.contains(text), "\(text)") }
    #expect(!outcome.output.contains("dyn/dynin0/kernel"))
    #expect(try shell.contents() == before)
  }

  @Test("tensors are listed with their shapes on request")
  func parameters() throws {
    let outcome = try shell.run("inspect", Self.checkpoint, "--parameters")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("    dyn/dynin0/kernel [16, 8]\n"))
  }

  @Test("programs get one object")
  func json() throws {
    let object = try Shell.object(shell.run("inspect", "run", "--json").output)
    #expect(object["environment"] as? String == "gridworld/Empty-5x5")
    #expect(object["step"] as? Int == 60)
    #expect((object["scores"] as? [[String: Any]])?.isEmpty == false)
    #expect((object["evaluations"] as? [[String: Any]])?.count == 3)
    #expect((object["problems"] as? [String])?.isEmpty == true)
    let modules = object["modules"] as? [[String: Any]] ?? []
    #expect(modules.compactMap { $0["name"] as? String }.contains("enc"))
    let settings = object["settings"] as? [[String: Any]] ?? []
    let seed = settings.first { $0["key"] as? String == "seed" }
    #expect(seed?["value"] as? String == "3" && seed?["is_preset"] as? Bool == false)
  }

  @Test("a file of tensors tells what it holds")
  func tensors() throws {
    let file = Shell.fixture("golden/tiny-discrete.safetensors").path
    let outcome = try shell.run("inspect", file, "--parameters")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("    param/dyn/dynin0/kernel [32, 16]\n"))
  }

  @Test("there must be something to look at")
  func missing() throws {
    #expect(try shell.run("inspect", "none").code == 66)
    try FileManager.default.createDirectory(
      at: shell.url("empty"), withIntermediateDirectories: true)
    let outcome = try shell.run("inspect", "empty")
    #expect(outcome.code == 66)
    #expect(
      outcome.errors.hasSuffix(
        "/empty: holds no run; name a run folder, a checkpoint in it or a safetensors file\n"))
  }

  // MARK: what is wrong

  /// Expects that both ways to name the run tell the problem, and nothing else is one.
  private func expectProblem(
    _ problem: String, others: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try shell.run("inspect", "run", "--json")
    #expect(outcome.code == 65, sourceLocation: sourceLocation)
    let problems = try Shell.object(outcome.output)["problems"] as? [String] ?? []
    #expect(problems.count == others + 1, "\(problems)", sourceLocation: sourceLocation)
    #expect(
      problems.contains { $0.contains(problem) }, "\(problems)", sourceLocation: sourceLocation)
  }

  private func change(_ file: String, _ change: (inout SafeTensors) -> Void) throws {
    let url = shell.url("\(Self.checkpoint)/\(file).safetensors")
    var tensors = try SafeTensors(contentsOf: url)
    change(&tensors)
    try tensors.write(to: url)
  }

  @Test("a truncated file", arguments: ["parameters", "optimizer"])
  func truncated(file: String) throws {
    let url = shell.url("\(Self.checkpoint)/\(file).safetensors")
    try Data(contentsOf: url).dropLast(100).write(to: url)
    try expectProblem("\(file).safetensors: ")
  }

  @Test("another number in a file of tensors", arguments: ["parameters", "optimizer"])
  func changed(file: String) throws {
    let url = shell.url("\(Self.checkpoint)/\(file).safetensors")
    var data = try Data(contentsOf: url)
    data[data.count - 1] ^= 0x80
    try data.write(to: url)
    try expectProblem("\(file).safetensors: it is damaged: its checksum is not that of ")
  }

  @Test("replay that is not all there", arguments: ["replay/latents", "checkpoints/60/replay.bin"])
  func replay(name: String) throws {
    let url = shell.url("run/\(name)")
    try Data(contentsOf: url).dropLast(10).write(to: url)
    try expectProblem("\(url.lastPathComponent): is")
  }

  @Test("a damaged event file")
  func events() throws {
    let url = shell.url("run/events.out.tfevents.dreamer")
    var data = try Data(contentsOf: url)
    data[20] ^= 1
    try data.write(to: url)
    try expectProblem("the record at byte 0 does not match its checksum")
  }

  @Test("a tensor that is missing")
  func missingTensor() throws {
    try change("parameters") { $0["dyn/dynin0/kernel"] = nil }
    try expectProblem("parameters.safetensors: it has no tensor dyn/dynin0/kernel")
  }

  @Test("a tensor of another shape")
  func otherShape() throws {
    try change("optimizer") {
      $0["dyn/dynin0/bias/momentum"] = .init(shape: [1], values: .float32([0]))
    }
    try expectProblem("dyn/dynin0/bias/momentum has shape [1] instead of [8] of floats")
  }

  @Test("a parameter that is not finite")
  func notFinite() throws {
    try change("parameters") {
      let count = $0["val/mlp/norm0/scale"]?.values.count ?? 0
      $0["val/mlp/norm0/scale"] = .init(
        shape: [count], values: .float32(Array(repeating: .nan, count: count)))
    }
    try expectProblem("val/mlp/norm0/scale has numbers that are not finite")
  }

  @Test("another version, and a state that is damaged")
  func state() throws {
    let url = shell.url("\(Self.checkpoint)/state.json")
    let text = try String(contentsOf: url, encoding: .utf8)
    try Data(text.replacing(#/"version":\d+/#, with: "\"version\":99").utf8).write(to: url)
    try expectProblem("state.json: it is of version 99")
    try Data(text.dropLast(5).utf8).write(to: url)
    try expectProblem("state.json: it is damaged")
  }

  @Test("a write that did not end")
  func unfinished() throws {
    try FileManager.default.createDirectory(
      at: shell.url("run/checkpoints/80.partial"), withIntermediateDirectories: true)
    try expectProblem("80.partial: is what an interrupted write left")
  }

  @Test("a checkpoint that lacks a file")
  func incomplete() throws {
    try FileManager.default.removeItem(at: shell.url("\(Self.checkpoint)/state.json"))
    try expectProblem("checkpoints/60: is not a complete checkpoint", others: 1)
    try expectProblem("checkpoints: there is no complete checkpoint", others: 1)
  }

  @Test("an environment that is gone")
  func environment() throws {
    let url = shell.url("run/config.yaml")
    let text = try String(contentsOf: url, encoding: .utf8)
    try Data(text.replacing("gridworld/Empty-5x5", with: "gridworld/Gone").utf8).write(to: url)
    try expectProblem("there is no environment “gridworld/Gone”")
  }

  @Test("a configuration that cannot be used")
  func configuration() throws {
    let url = shell.url("run/config.yaml")
    try Data("batch_size: many\n".utf8).write(to: url)
    try expectProblem("batch_size=many")
    try FileManager.default.removeItem(at: url)
    try expectProblem("config.yaml: there is no such file")
  }

  @Test("a line that is no record, and one that was not finished")
  func lines() throws {
    let url = shell.url("run/scores.jsonl")
    let text = try String(contentsOf: url, encoding: .utf8)
    try Data(("hello\n" + text).utf8).write(to: url)
    try expectProblem("scores.jsonl: line 1 is no record with a step")
    try Data((text + "{\"step\": 6").utf8).write(to: url)
    try expectProblem("scores.jsonl: ends in a line that was not finished")
  }
}
