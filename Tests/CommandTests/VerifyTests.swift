import Foundation
import NeuralNetworks
import Testing

@Suite("dreamer verify")
struct VerifyTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  private static let files = ["tiny-discrete", "tiny-continuous", "tiny-strided"]

  @Test("it agrees with what the authors' code computed", arguments: files)
  func fixtures(name: String) throws {
    let outcome = try shell.run(
      "verify", Shell.fixture("golden/\(name).safetensors").path)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("\(name).safetensors\n"))
    #expect(!outcome.output.contains("FAIL"))
  }

  @Test(
    "it agrees with what peers' code computed of auto-encoders' parts",
    arguments: ["diagnostics", "elbo", "rssm-v2", "vq-ema"])
  func peers(name: String) throws {
    let outcome = try shell.run("verify", Shell.fixture("golden-vae/\(name).safetensors").path)
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("\(name).safetensors\n  ok   "))
    #expect(!outcome.output.contains("FAIL"))
  }

  @Test("a case that nothing here computes is bad data, and the known ones are named")
  func unknownCase() throws {
    var file = try SafeTensors(contentsOf: Shell.fixture("golden-vae/iwae.safetensors"))
    file.metadata["case"] = "flow"
    try file.write(to: shell.url("flow.safetensors"))
    let outcome = try shell.run("verify", "flow.safetensors")
    #expect(outcome.code == 65 && outcome.output == "")
    #expect(
      outcome.errors.contains(
        "flow.safetensors: its metadata entry `case` is 'flow'; give a file of a case that is "
          + "known here: elbo, fullcov, iwae, "))
  }

  @Test("one gradient that is off by 1 % fails, and says which")
  func wrongGradient() throws {
    let name = "grad/dyn/dyngru/kernel"
    var file = try SafeTensors(contentsOf: Shell.fixture("golden/tiny-discrete.safetensors"))
    let entry = try #require(file[name])
    let values = try #require(entry.floats)
    file[name] = .init(shape: entry.shape, values: .float32(values.map { $0 * 1.01 }))
    try file.write(to: shell.url("wrong.safetensors"))

    let outcome = try shell.run("verify", "wrong.safetensors")
    #expect(outcome.code == 65)
    let failed = outcome.output.split(separator: "\n").filter { $0.contains("FAIL") }
    #expect(failed.count == 1)
    #expect(failed.first?.contains("gradients") == true)
    #expect(failed.first?.hasSuffix("worst dyn/dyngru/kernel") == true)
  }

  /// A golden file with one tensor changed, in the folder of the shell.
  private func write(
    _ name: String, of golden: String, _ change: (SafeTensors.Values) -> SafeTensors.Values
  ) throws {
    var file = try SafeTensors(contentsOf: Shell.fixture("golden/\(golden).safetensors"))
    let entry = try #require(file[name])
    file[name] = .init(shape: entry.shape, values: change(entry.values))
    try file.write(to: shell.url("bad.safetensors"))
  }

  @Test("an action beyond the space and a number that is none are bad data, in one line")
  func damaged() throws {
    try write("batch/action", of: "tiny-discrete") { values in
      guard case .int32(let numbers) = values else { return values }
      // The bit that the case flips.
      return .int32(numbers.map { $0 ^ 0x0040_0000 })
    }
    let action = try shell.run("verify", "bad.safetensors")
    #expect(action.code == 65 && action.output == "")
    #expect(
      action.errors.wholeMatch(
        of: #/.*bad.safetensors: batch/action holds \d+, which is not one of 0..<5; it is .*\n/#)
        != nil, "\(action.errors)")
    for name in ["batch/reward", "param/val/head/logits/bias"] {
      try write(name, of: "tiny-strided") { values in
        guard case .float32(var numbers) = values else { return values }
        numbers[1] = .nan
        return .float32(numbers)
      }
      let nan = try shell.run("verify", "bad.safetensors")
      #expect(nan.code == 65 && nan.output == "")
      #expect(
        nan.errors.hasSuffix(
          "bad.safetensors: \(name) has numbers that are not finite; it is damaged: copy it again\n"
        ))
      #expect(nan.errors.split(separator: "\n").count == 1)
    }
  }

  @Test("an episode in which balls wander is compared as far as they do not matter")
  func wandering() throws {
    let outcome = try shell.run(
      "verify", Shell.fixture("wandering/grid-Dynamic-Obstacles-5x5.safetensors").path)
    #expect(outcome.code == 0, "\(outcome.output)")
    #expect(!outcome.output.contains("FAIL") && !outcome.output.contains("picture of"))
    #expect(outcome.output.contains("\n  not compared: where the balls go, for they wander"))
  }

  @Test("a missing file is noticed before any is compared")
  func missing() throws {
    let outcome = try shell.run(
      "verify", Shell.fixture("golden/tiny-discrete.safetensors").path, "none.safetensors")
    #expect(outcome.code == 66)
    #expect(outcome.output == "")
    #expect(
      outcome.errors.hasSuffix("none.safetensors: there is no such file; check the path\n"))
  }

  @Test("a truncated file is bad data")
  func truncated() throws {
    let whole = try Data(contentsOf: Shell.fixture("golden/tiny-discrete.safetensors"))
    try whole.dropLast(1000).write(to: shell.url("short.safetensors"))
    let outcome = try shell.run("verify", "short.safetensors")
    #expect(outcome.code == 65)
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.errors.contains("short.safetensors"))
  }
}
