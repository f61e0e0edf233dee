import Foundation
import NeuralNetworks
import TestSupport
import Testing
import Verification

@Suite("Files of auto-encoders' parts that peers' code computed")
struct PeerTests {
  /// Cases whose comparison is written in this module.
  static let files = [
    "dlogistic", "dmol", "dmol-low-bit", "dmol-tails", "elbo", "fullcov", "iwae", "kl-policy",
    "rssm-v1", "rssm-v2", "schedule", "vq-ema", "vq-kmeans", "vq-loss", "vq-other", "vq-sonnet",
  ].map(Fixtures.peerFile)

  /// What a file holds besides what is given.
  static func results(of tensors: SafeTensors) -> [String] {
    tensors.names.filter { name in
      ["out/", "grad/", "after"].contains { name.hasPrefix($0) }
    }
  }

  @Test("values, gradients and states after updates are the peers'", arguments: files)
  func parity(file: URL) throws {
    let lines = try ReferenceFile(contentsOf: file).verify()
    for line in lines { #expect(line.holds, "\(line)") }
  }

  @Test("nothing that a file holds is left out", arguments: files)
  func completeness(file: URL) throws {
    let tensors = try SafeTensors(contentsOf: file)
    let lines = try ReferenceFile(tensors, name: "whole").verify()
    #expect(lines.reduce(0) { $0 + $1.count } == Self.results(of: tensors).count)
  }

  @Test(
    "a result that nothing here computes fails a line that names it", arguments: ["out", "after9"])
  func unknownResult(kind: String) throws {
    var tensors = try SafeTensors(contentsOf: Fixtures.peerFile("iwae"))
    tensors["\(kind)/unheard_of"] = .init(shape: [1], values: .float32([0]))
    let failed = try ReferenceFile(tensors, name: "more").verify().filter { !$0.holds }
    #expect(failed.map(\.group) == ["not computed here"])
    #expect(failed.map(\.worst) == ["\(kind)/unheard_of"])
  }

  @Test(
    "a change of one number of one tensor fails one line, which names it",
    arguments: files)
  func sensitivity(file: URL) throws {
    let whole = try SafeTensors(contentsOf: file)
    for name in Self.results(of: whole) {
      let entry = try #require(whole[name])
      var changed = whole
      changed[name] = entry.changed(at: entry.values.count / 2)
      let failed = try ReferenceFile(changed, name: "changed").verify().filter { !$0.holds }
      #expect(failed.map(\.worst) == [name], "\(name): \(failed)")
    }
  }

  @Test("a gradient that is wholly 0 is held against the file's largest")
  func zeroGradient() throws {
    var tensors = try SafeTensors(contentsOf: Fixtures.peerFile("rssm-v1"))
    let name = "grad/held/img3/bias"
    let entry = try #require(tensors[name])
    #expect(entry.doubles.allSatisfy { $0 == 0 })
    // What ours is far from 0 by, where the file says 0 all over.
    tensors["grad/below/img3/bias"] = .init(
      shape: entry.shape, values: .float32(entry.doubles.map { Float($0) }))
    let failed = try ReferenceFile(tensors, name: "zero").verify().filter { !$0.holds }
    #expect(failed.map(\.worst) == ["grad/below/img3/bias"])
  }

  @Test("what a peer's own single precision cannot tell is allowed, and no more")
  func noise() throws {
    var tensors = try SafeTensors(contentsOf: Fixtures.peerFile("iwae"))
    let entry = try #require(tensors["out/bound"])
    let scale = entry.doubles.reduce(0) { max($0, abs($1)) }
    var numbers = entry.doubles.map { Float($0) }
    numbers[0] += Float(2.5e-5 * scale)
    tensors["out/bound"] = .init(shape: entry.shape, values: .float32(numbers))
    func failed(_ noise: Double) throws -> [String] {
      tensors.metadata["noise"] = "{\"out/bound\": \(noise)}"
      return try ReferenceFile(tensors, name: "noisy").verify().filter { !$0.holds }.map(\.worst)
    }
    #expect(try failed(1e-6).isEmpty)
    #expect(try failed(1e-7) == ["out/bound"])
  }
}

extension SafeTensors.Entry {
  /// With one number further off than rounding leads: by a hundredth of the largest, whole ones by one.
  fileprivate func changed(at place: Int) -> Self {
    let scale = doubles.reduce(0) { max($0, abs($1)) }
    switch values {
    case .int32(var numbers):
      numbers[place] += numbers[place] > 0 ? -1 : 1
      return .init(shape: shape, values: .int32(numbers))
    default:
      var numbers = doubles.map { Float($0) }
      numbers[place] += Float(scale == 0 ? 1 : 0.01 * scale)
      return .init(shape: shape, values: .float32(numbers))
    }
  }
}
