import Foundation
import NeuralNetworks
import PeerVerification
import Randomness
import TestSupport
import Testing
import Verification

/// Files of others, damaged in every way that was thought of: each is compared, or refused with an error of
/// its kind, and none ends the process.
@Suite("Damaged golden files and traces")
struct VerificationFuzzTests {
  /// - Parameter most: of those that `make fuzz` tries, for a comparison takes a while.
  private func fuzz(_ file: URL, seed: UInt64, few: Int, most: Int) throws {
    let whole = try SafeTensors(contentsOf: file)
    for number in 0..<min(Mutation.count(or: few), most) {
      var generator = Generator(key: Key(seed: seed).fold(number))
      let damaged = Mutation.mutate(whole, using: &generator)
      do {
        _ = try ReferenceFile(damaged, name: "number \(number)").verify()
      } catch let error {
        #expect(
          error is GoldenFileError || error is TraceError || error is SafeTensorsError,
          "number \(number): \(error)")
      }
    }
  }

  @Test("a golden file", arguments: ["tiny-discrete", "tiny-continuous"])
  func golden(name: String) throws {
    let file = Fixtures.folder.appendingPathComponent("golden/\(name).safetensors")
    try fuzz(file, seed: 1, few: 25, most: 5000)
  }

  @Test(
    "a trace",
    arguments: [
      "traces/grid-Empty-5x5-0", "traces/pendulum-dmcontrol",
      "wandering/grid-Dynamic-Obstacles-5x5",
    ])
  func trace(name: String) throws {
    let folder = Fixtures.folder.appendingPathComponent(name).deletingLastPathComponent()
    let start = URL(fileURLWithPath: name).lastPathComponent
    let file = try #require(
      FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        .first { $0.hasPrefix(start) })
    try fuzz(folder.appendingPathComponent(file), seed: 2, few: 100, most: 20_000)
  }

  @Test("a file of a peer", arguments: PeerTests.files)
  func peer(file: URL) throws { try fuzz(file, seed: 17, few: 40, most: 5000) }
}
