import Foundation
import NeuralNetworks
import PeerVerification
import Randomness
import TestSupport
import Testing
import Verification

@Suite("Comparison of diagnostics")
struct DiagnosticsComparisonTests {
  private func file() throws -> SafeTensors {
    try SafeTensors(
      contentsOf: Fixtures.folder.appendingPathComponent("golden-vae/diagnostics.safetensors"))
  }

  private func lines(_ tensors: SafeTensors) throws -> [VerificationLine] {
    try DiagnosticsComparison.verify(tensors, name: "diagnostics")
  }

  @Test("the golden file holds, in every group")
  func golden() throws {
    let lines = try lines(file())
    #expect(
      lines.map(\.group) == [
        "posterior collapse", "codes", "Fréchet distance", "bins and information",
        "disentanglement", "boosted trees, ranks", "boosted trees, scores",
      ])
    for line in lines { #expect(line.holds, "\(line)") }
    #expect(lines.reduce(0) { $0 + $1.count } == 23)
  }

  /// A matrix with a column more.
  private func widened(
    _ entry: SafeTensors.Entry?, _ added: (Int) -> Float
  ) throws -> SafeTensors.Entry {
    let entry = try #require(entry)
    let (rows, columns, values) = (entry.shape[0], entry.shape[1], try #require(entry.floats))
    return .init(
      shape: [rows, columns + 1],
      values: .float32(
        (0..<rows).flatMap { values[$0 * columns..<($0 + 1) * columns] + [added($0)] }))
  }

  @Test("a file of other shapes and settings holds")
  func otherShapes() throws {
    var tensors = try file()
    // A dimension that is the prior, of draws that are as likely as its entropy says, tells nothing.
    for (name, value) in [("mu", 0), ("log_var", 0), ("noise/z", 1)] as [(String, Float)] {
      tensors["in/\(name)"] = try widened(tensors["in/\(name)"]) { $0 % 2 == 0 ? value : -value }
    }
    for name in ["out/kl_per_dim", "out/unit_variance"] {
      let values = try #require(tensors[name]?.floats)
      tensors[name] = .init(shape: [values.count + 1], values: .float32(values + [0]))
    }
    for name in ["in/features1", "in/features2"] {
      tensors[name] = try widened(tensors[name]) { _ in 3 }
    }
    let spec = try #require(tensors.metadata["spec"])
    tensors.metadata["spec"] = spec.replacingOccurrences(of: "\"K\": 16", with: "\"K\": 40")
    for line in try lines(tensors) { #expect(line.holds, "\(line)") }
  }

  @Test(
    "a number that is off is found and named",
    arguments: [
      "unit_variance", "mutual_information_xz", "perplexity", "frechet", "mig",
      "dci/per_code",
    ])
  func offNumbers(name: String) throws {
    var tensors = try file()
    let entry = try #require(tensors["out/\(name)"])
    var values = try #require(entry.floats)
    let largest = try #require(values.indices.max { values[$0] < values[$1] })
    values[largest] *= 1.00003
    tensors["out/\(name)"] = .init(shape: entry.shape, values: .float32(values))
    let failed = try lines(tensors).filter { !$0.holds }
    #expect(failed.map(\.worst) == [name])
  }

  @Test("whole numbers count exactly, and results that nobody computes fail")
  func exactness() throws {
    var tensors = try file()
    tensors["out/used_codes"] = .init(shape: [], values: .int32([15]))
    tensors["out/more"] = .init(shape: [], values: .float32([1]))
    #expect(try lines(tensors).filter { !$0.holds }.map(\.worst) == ["used_codes", "more"])
  }

  @Test("importances in another order fail")
  func ranks() throws {
    var tensors = try file()
    let entry = try #require(tensors["out/dci/boosted_importance"])
    tensors["out/dci/boosted_importance"] = .init(
      shape: entry.shape, values: .float32(try #require(entry.floats).reversed()))
    let line = try #require(try lines(tensors).first { $0.group == "boosted trees, ranks" })
    #expect(!line.holds)
  }

  @Test("what is damaged is named")
  func damage() throws {
    var tensors = try file()
    tensors["in/indices"] = .init(shape: [1], values: .int32([16]))
    let code = #expect(throws: GoldenFileError.self) { try lines(tensors) }
    #expect(code?.problem == "it cannot be measured: code 16 was chosen of 16")
    tensors = try file()
    tensors["in/log_var"] = .init(shape: [1, 5], values: .float32([0, 0, 0, 0, 0]))
    let shape = #expect(throws: GoldenFileError.self) { try lines(tensors) }
    #expect(shape?.problem == "in/log_var has shape [1, 5] instead of [300, 5]")
    tensors = try file()
    tensors["out/frechet"] = nil
    let missing = #expect(throws: GoldenFileError.self) { try lines(tensors) }
    #expect(missing?.problem == "there is no tensor out/frechet")
  }

  @Test("no damage ends the process")
  func fuzz() throws {
    let whole = try file()
    for number in 0..<min(Mutation.count(or: 6), 500) {
      var generator = Generator(key: Key(seed: 17).fold(number))
      let damaged = Mutation.mutate(whole, using: &generator)
      do {
        _ = try lines(damaged)
      } catch let error {
        #expect(error is GoldenFileError, "number \(number): \(error)")
      }
    }
  }
}
