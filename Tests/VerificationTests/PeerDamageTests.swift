import Foundation
import NeuralNetworks
import PeerVerification
import TestSupport
import Testing
import Verification

/// Whatever is wrong with a file is an error that says so, and never the end of the process.
@Suite("Damaged files of peers")
struct PeerDamageTests {
  /// Tensors that say in another form what others say, and are not read.
  private static let unread = ["in/pixels"]

  /// The tensors of a file that are read.
  private func names(of tensors: SafeTensors) -> [String] {
    tensors.names.filter { !Self.unread.contains($0) }
  }

  /// What is said of a file with one tensor changed.
  private func problem(
    _ tensors: SafeTensors, _ name: String, _ entry: SafeTensors.Entry?
  ) throws -> String {
    var tensors = tensors
    tensors[name] = entry
    let damaged = tensors
    let error = #expect(throws: GoldenFileError.self, "\(name)") {
      try ReferenceFile(damaged, name: "damaged").verify()
    }
    #expect(error?.file == "damaged" && error?.description.contains("\n") == false)
    return error?.problem ?? ""
  }

  @Test("each tensor missing in turn is named", arguments: PeerTests.files)
  func missing(file: URL) throws {
    let whole = try SafeTensors(contentsOf: file)
    // Bounds of fewer samples are as many as a file has.
    for name in names(of: whole) where !name.hasPrefix("out/bound_first_") {
      #expect(try problem(whole, name, nil) == "there is no tensor \(name)")
    }
  }

  @Test(
    "each tensor in turn with an axis more, an axis longer and nothing in it is refused",
    arguments: PeerTests.files)
  func reshaped(file: URL) throws {
    let whole = try SafeTensors(contentsOf: file)
    for name in names(of: whole) {
      let entry = try #require(whole[name])
      for shape in [entry.shape + [1], entry.longer, entry.shape.map { _ in 0 } + [0]] {
        let found = try problem(whole, name, entry.reshaped(to: shape))
        #expect(found.contains("has shape") || found.contains("has \(shape.last ?? 0)"), "\(found)")
      }
    }
  }

  @Test(
    "a number that is none is named, in whatever tensor it stands", arguments: PeerTests.files)
  func notFinite(file: URL) throws {
    let whole = try SafeTensors(contentsOf: file)
    for name in whole.names {
      guard let entry = whole[name], var numbers = entry.floats else { continue }
      numbers[numbers.count / 2] = .nan
      let found = try problem(whole, name, .init(shape: entry.shape, values: .float32(numbers)))
      #expect(found == "\(name) has numbers that are not finite")
    }
  }

  @Test(
    "whole numbers far from what they count are refused, or fail a line",
    arguments: PeerTests.files, [Int32.max, Int32.min, -1])
  func wholeNumbers(file: URL, number: Int32) throws {
    let whole = try SafeTensors(contentsOf: file)
    for name in whole.names {
      guard case .int32(var numbers)? = whole[name]?.values, let shape = whole[name]?.shape,
        numbers.last != number
      else { continue }
      numbers[numbers.count - 1] = number
      var tensors = whole
      tensors[name] = .init(shape: shape, values: .int32(numbers))
      do {
        let lines = try ReferenceFile(tensors, name: "damaged").verify()
        #expect(lines.contains { !$0.holds }, "\(name) is \(number)")
      } catch let error as GoldenFileError {
        #expect(error.problem.contains(name), "\(error)")
      }
    }
  }

  @Test("metadata that say something else are refused")
  func metadata() throws {
    let whole = try SafeTensors(contentsOf: Fixtures.peerFile("elbo"))
    func problem(_ key: String, _ text: String?) throws -> String {
      var tensors = whole
      tensors.metadata[key] = text
      let damaged = tensors
      return try #require(throws: GoldenFileError.self) {
        try ReferenceFile(damaged, name: "damaged").verify()
      }.description
    }
    let other = try problem("case", "vqvae2")
    #expect(
      other.hasPrefix(
        "damaged: its metadata entry `case` is 'vqvae2'; give a file of a case that is known here: "
          + "elbo, fullcov, iwae, dmol, dlogistic, vq-loss, vq-ema, vq-sonnet, vq-other, "
          + "kl-policy, schedule, rssm-v1, rssm-v2, diagnostics"), "\(other)")
    let copyAgain = "it is damaged: copy it again"
    #expect(
      try problem("spec", nil)
        == "damaged: its metadata entry `spec` cannot be read as that of its case; \(copyAgain)")
    #expect(
      try problem("spec", "{\"sigma\": -1, \"beta\": 4}")
        == "damaged: its metadata entry `spec` has the sigma -1.0; \(copyAgain)")
    for noise in ["{\"out/z\": -1}", "{\"out/z\": 1}", "{\"out/z\": \"much\"}", "nothing"] {
      #expect(
        try problem("noise", noise)
          == "damaged: its metadata entry `noise` is no list of numbers from 0 to 0.01; "
          + copyAgain)
    }
  }
}

extension SafeTensors.Entry {
  /// The shape with its last axis longer by one; of a single number, two.
  fileprivate var longer: [Int] {
    shape.isEmpty ? [2] : shape.dropLast() + [shape[shape.count - 1] + 1]
  }

  /// The same numbers again and again in another shape.
  fileprivate func reshaped(to shape: [Int]) -> Self {
    let count = shape.reduce(1, *)
    return switch values {
    case .int32(let numbers):
      .init(shape: shape, values: .int32((0..<count).map { numbers[$0 % numbers.count] }))
    default:
      .init(
        shape: shape, values: .float32((0..<count).map { Float(doubles[$0 % values.count]) }))
    }
  }
}
