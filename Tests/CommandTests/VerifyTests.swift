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
