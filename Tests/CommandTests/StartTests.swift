import Foundation
import NeuralNetworks
import Testing

@Suite("Starting from something")
struct StartTests {
  let shell: Shell
  private static let parameters = "checkpoints/10/parameters.safetensors"

  init() throws {
    shell = try Shell()
    // Too few steps for an update: parameters stay what they began as.
    try shell.train("--steps", "10", "--seed", "1")
  }

  @discardableResult
  private func start(_ arguments: String...) throws -> Shell.Outcome {
    try shell.run(
      [
        "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--steps", "10", "--logdir",
        "new", "--from",
      ] + arguments)
  }

  private func tensors(_ path: String) throws -> SafeTensors {
    try SafeTensors(contentsOf: shell.url(path))
  }

  @Test(
    "a run begins with the parameters of a run, of a checkpoint and of a file",
    arguments: ["run", "run/checkpoints/10", "run/checkpoints/10/parameters.safetensors"])
  func parameters(from: String) throws {
    let outcome = try start(from)
    #expect(outcome.code == 0)
    let line = outcome.errors.split(separator: "\n").first { $0.contains("starting from") } ?? ""
    let numbers = line.matches(of: #/(\d+) of (\d+)/#)
    #expect(numbers.count == 2 && numbers.allSatisfy { $0.1 == $0.2 }, "\(line)")
    #expect(!outcome.errors.contains("afresh"))
    #expect(try tensors("new/\(Self.parameters)") == tensors("run/\(Self.parameters)"))
  }

  @Test("without it, another seed begins with other parameters")
  func fresh() throws {
    _ = try shell.run(
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--steps", "10", "--logdir",
      "new")
    #expect(try tensors("new/\(Self.parameters)") != tensors("run/\(Self.parameters)"))
  }

  @Test("what does not fit another environment begins afresh, and is told")
  func otherActions() throws {
    let outcome = try start("run", "--set", "env.gridworld.actions=useful")
    #expect(outcome.code == 0)
    let told = outcome.errors.split(separator: "\n").first { $0.contains("of another shape") } ?? ""
    #expect(told.contains("dyn/dynin2/kernel ([7, 8] there, [3, 8] here)"))
    #expect(told.contains("pol/head/action/logits/bias ([7] there, [3] here)"))
    let (old, new) = (
      try tensors("run/\(Self.parameters)"), try tensors("new/\(Self.parameters)")
    )
    #expect(new["dyn/dynin2/kernel"]?.shape == [3, 8])
    #expect(new["dyn/dynin1/kernel"] == old["dyn/dynin1/kernel"])
  }

  @Test("a slow critic that is missing follows the critic; what is of no use is told")
  func slowCritic() throws {
    var file = try tensors("run/\(Self.parameters)")
    for name in file.names where name.hasPrefix("slowval/") { file[name] = nil }
    file["val/mlp/linear0/bias"] = .init(
      shape: [8], values: .float32((0..<8).map { Float($0) }))
    file["other/kernel"] = .init(shape: [1], values: .float32([1]))
    try file.write(to: shell.url("weights.safetensors"))
    let outcome = try start("weights.safetensors")
    #expect(outcome.code == 0)
    #expect(outcome.errors.contains("note: the slow critic begins as a copy of the critic\n"))
    #expect(outcome.errors.contains("note: there and of no use here: other/kernel\n"))
    #expect(!outcome.errors.contains("not there"))
    let new = try tensors("new/\(Self.parameters)")
    for name in new.names where name.hasPrefix("val/") {
      #expect(new[name] == file[name] && new["slow\(name)"] == file[name], "\(name)")
    }
  }

  @Test("tensors of something else are refused, and nothing is written")
  func nothingFits() throws {
    let before = try shell.contents()
    let outcome = try start(Shell.fixture("golden/tiny-discrete.safetensors").path)
    #expect(outcome.code == 65)
    #expect(
      outcome.errors.hasSuffix(
        "tiny-discrete.safetensors: none of its tensors fits this agent; give the presets and "
          + "settings of the run that it is from\n"))
    #expect(try shell.contents() == before)
    #expect(!FileManager.default.fileExists(atPath: shell.url("new").path))
  }

  @Test("numbers that are not finite are refused, and so is what is not there")
  func unusable() throws {
    var file = try tensors("run/\(Self.parameters)")
    file["val/mlp/linear0/bias"] = .init(
      shape: [8], values: .float32(Array(repeating: .infinity, count: 8)))
    try file.write(to: shell.url("weights.safetensors"))
    #expect(try start("weights.safetensors").code == 65)
    #expect(try start("none").code == 66)
    #expect(try start("none.safetensors").code == 66)
  }

  @Test("a run that is resumed goes on with its own parameters")
  func resumed() throws {
    try start("run")
    let outcome = try start("none", "--resume")
    #expect(outcome.code == 0)
    #expect(!outcome.errors.contains("starting from"))
  }
}

@Suite("dreamer --version")
struct VersionTests {
  @Test("it tells the commit, the instruction set and the BLAS")
  func version() throws {
    let outcome = try Shell().run("--version")
    #expect(outcome.code == 0)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(
      lines.first?.wholeMatch(
        of: #/dreamer, built from commit ([0-9a-f]{7,}(-dirty)?|unknown)/#) != nil)
    #expect(lines.dropFirst().first?.hasPrefix("instruction set: ") == true)
    #expect(lines.last?.hasPrefix("BLAS: OpenBLAS") == true)
  }

  @Test("without arguments, the commands are listed")
  func help() throws {
    let outcome = try Shell().run([])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("SUBCOMMANDS:"))
  }
}
