import Agents
import EnvironmentInterface
import Foundation
import Kernels
import NeuralNetworks
import Runs
import Testing
import Training
import WorldModels

@Suite("The batch of an update that was not made")
struct NonFiniteUpdateTests {
  private let spaces = [
    ObservationSpace(name: "image", kind: .image(height: 1, width: 2, channels: 1)),
    ObservationSpace(name: "state", kind: .vector(count: 2)),
  ]

  /// Two sequences of one context and two train rows.
  private let batch = SequenceBatch(
    size: 2, length: 2, context: 1, images: [ByteStorage((0..<12).map(UInt8.init))],
    vectors: [(0..<12).map(Float.init)], previousActions: [1, 0, 2, 3],
    rewards: [0, 1, .nan, 0, 0, 0.5], isFirst: [true, false, false, false, false, false],
    isLast: [false, false, true, false, false, false],
    isTerminal: [false, false, false, false, false, true], initialDeter: [1, 2, 3, 4, 5, 6],
    initialStoch: [0, 1, 1, 0])

  private func withRun(_ body: (RunFolder) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("training-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(RunFolder(at: url))
  }

  @Test("it is written whole, with what was wrong, and the problem says where")
  func contents() throws {
    try withRun { run in
      let update = NonFiniteUpdate(
        problem: NonFiniteLoss(name: "loss/rew", value: .nan, update: 7), batch: batch)
      let problem = try update.report(in: run, skipped: 1, spaces: spaces)
      let file = run.nonFinite.appendingPathComponent("7-1.safetensors")
      #expect(problem.batchFile == file.relativePath)
      let tensors = try SafeTensors(contentsOf: file)
      #expect(tensors.metadata["problem"] == "loss/rew is nan in update 7")
      #expect(
        tensors.names == [
          "deter", "is_first", "is_last", "is_terminal", "observation/image", "observation/state",
          "previous_action", "reward", "stoch",
        ])
      #expect(tensors["observation/image"]?.shape == [2, 3, 1, 2, 1])
      #expect(tensors["observation/image"]?.bytes == (0..<12).map(UInt8.init))
      #expect(tensors["observation/state"]?.shape == [2, 3, 2])
      #expect(tensors["previous_action"] == .init(shape: [2, 2], values: .float32([1, 0, 2, 3])))
      #expect(tensors["reward"]?.shape == [2, 3])
      #expect(tensors["reward"]?.floats?.map(\.isNaN) == [false, false, true, false, false, false])
      #expect(tensors["is_terminal"] == .init(shape: [2, 3], values: .uint8([0, 0, 0, 0, 0, 1])))
      #expect(tensors["deter"]?.shape == [2, 3])
    }
  }

  @Test("only the first three are written: a run whose updates are all bad must not fill the disk")
  func limit() throws {
    try withRun { run in
      for skipped in 0..<10 {
        let update = NonFiniteUpdate(
          problem: NonFiniteLoss(name: "loss/rew", value: .nan, update: 7), batch: batch)
        let problem = try update.report(in: run, skipped: skipped, spaces: spaces)
        #expect((problem.batchFile != nil) == (skipped < 3))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: run.nonFinite.path).count == 3)
    }
  }
}
