import Foundation
import NeuralNetworks
import PeerVerification
import TestSupport
import Testing
import Verification

@Suite("Golden files of the reference")
struct GoldenTests {
  @Test("there are golden files to compare with")
  func filesExist() {
    #expect(Fixtures.goldenFiles.count >= 3)
  }

  @Test(
    "forward results, losses, gradients, updates and videos are the reference's, in one shard and two",
    arguments: Fixtures.goldenFiles, [1, 2])
  func parity(file: URL, shards: Int) throws {
    let lines = try GoldenFile(contentsOf: file).verify(shards: shards)
    #expect(lines.count == 13)
    for line in lines { #expect(line.holds, "\(line)") }
  }

  /// A tensor of each group, and the group whose line must fail when it is changed.
  static let groups = [
    ("out/deter", "forward"), ("openloop/image", "report video"), ("out/loss/rep", "losses"),
    ("metric/adv_std", "metrics"), ("grad/dyn/dyngru/kernel", "gradients"),
    ("aftermetric3/opt/grad_norm", "metrics of update 3"),
    ("after1/retnorm/hi/value", "slow parts, update 1"),
    ("after3/slowval/mlp/norm0/scale", "slow parts, update 3"),
    ("after3/dec/conv0/kernel", "parameters, update 3"),
  ]

  @Test("a change of one tensor fails the line of its group and no other", arguments: groups)
  func sensitivity(tensor: String, group: String) throws {
    var tensors = try SafeTensors(contentsOf: Fixtures.goldenFiles[1])
    let entry = try #require(tensors[tensor])
    tensors.entries[tensor] = SafeTensors.Entry(shape: entry.shape, values: changed(entry.values))
    let lines = try GoldenFile(tensors, name: "changed").verify()
    let failed = lines.filter { !$0.holds }.map(\.group)
    #expect(!failed.isEmpty)
    #expect(failed.allSatisfy { $0.contains(group) }, "\(failed)")
  }

  /// Every number a thousandth larger, bytes by three.
  private func changed(_ values: SafeTensors.Values) -> SafeTensors.Values {
    switch values {
    case .float32(let numbers): .float32(numbers.map { $0 * 1.001 + 1e-3 })
    case .uint8(let numbers): .uint8(numbers.map { $0 > 252 ? $0 - 3 : $0 + 3 })
    default: values
    }
  }

  @Test("a file without a tensor that is compared is an error that names it")
  func missingTensor() throws {
    var tensors = try SafeTensors(contentsOf: Fixtures.goldenFiles[0])
    tensors.entries["param/dyn/dyngru/bias"] = nil
    let file = try GoldenFile(tensors, name: "some.safetensors")
    let error = #expect(throws: GoldenFileError.self) { try file.verify() }
    #expect(
      error?.description
        == "some.safetensors: there is no tensor param/dyn/dyngru/bias; "
        + "give a file as the golden README describes it")
  }

  @Test("a parameter of another shape is an error that names it")
  func wrongShape() throws {
    var tensors = try SafeTensors(contentsOf: Fixtures.goldenFiles[0])
    tensors.entries["param/con/head/logit/bias"] = .init(shape: [2], values: .float32([0, 0]))
    let file = try GoldenFile(tensors, name: "some.safetensors")
    let error = #expect(throws: GoldenFileError.self) { try file.verify() }
    #expect(
      error?.problem == "param/con/head/logit/bias has shape [2] instead of [1]")
  }

  @Test("a file that is no golden file is an error that says so")
  func otherFile() {
    let error = #expect(throws: GoldenFileError.self) {
      try GoldenFile(SafeTensors(), name: "other.safetensors")
    }
    #expect(error?.problem == "its metadata has no `spec` and `agent`")
  }
}
