import Foundation
import NeuralNetworks
import PeerVerification
import TestSupport
import Testing
import Verification

@Suite("Recorded episodes of pendulums")
struct PendulumTraceTests {
  private static let gymnasium = "pendulum-gymnasium.safetensors"
  private static let dmControl = "pendulum-dmcontrol.safetensors"

  private func trace(_ name: String) throws -> SafeTensors {
    let file = try #require(Fixtures.pendulumTraces.first { $0.lastPathComponent == name })
    return try SafeTensors(contentsOf: file)
  }

  private func lines(_ tensors: SafeTensors) throws -> [VerificationLine] {
    try ReferenceFile(tensors, name: "pendulum").verify()
  }

  @Test("classic goes and earns as Gymnasium's, four whole episodes of 200 steps")
  func classic() throws {
    let lines = try lines(trace(Self.gymnasium))
    #expect(
      lines.map(\.group) == [
        "state after a step", "reward of a step", "state of a rollout", "reward in a rollout",
        "observation",
      ])
    #expect(lines.map(\.count) == [800, 800, 800, 800, 804])
    for line in lines { #expect(line.holds && line.tolerance == 1e-4, "\(line)") }
  }

  @Test("swing-up goes and earns as dm_control's, in whole episodes but for where it balances")
  func swingUp() throws {
    let lines = try lines(trace(Self.dmControl))
    #expect(lines.map(\.tolerance) == [1e-9, 0, 1e-6, 0])
    #expect(lines[0].count == 1600 && lines[1].count == 1600)
    // Three episodes of 400 steps, and of the fourth what comes before it balances.
    #expect(1200..<1600 ~= lines[2].count)
    for line in lines { #expect(line.holds, "\(line)") }
  }

  @Test("the first three episodes of swing-up alone are compared whole")
  func swingUpRollouts() throws {
    let whole = try trace(Self.dmControl)
    let lines = try lines(whole.prefix(3))
    #expect(lines.map(\.count) == [1200, 1200, 1200, 1200])
    for line in lines { #expect(line.holds, "\(line)") }
  }

  @Test("files of other sizes are compared as well", arguments: [gymnasium, dmControl])
  func sizes(name: String) throws {
    let one = try trace(name).prefix(1)
    for line in try lines(one) { #expect(line.holds, "\(line)") }
  }

  /// A file, its tensor, the element that is changed and by how much, and the lines that must fail.
  static let changes: [(file: String, tensor: String, element: Int, by: Double, lines: [String])] =
    [
      // An angle in the midst of the first episode.
      (
        gymnasium, "state", 2 * 50, 3e-4,
        ["state after a step", "reward of a step", "state of a rollout"]
      ),
      // The last velocity of the last episode.
      (gymnasium, "state", 2 * 4 * 201 - 1, 3e-4, ["state after a step", "state of a rollout"]),
      (gymnasium, "reward", 799, 3e-4, ["reward of a step", "reward in a rollout"]),
      (gymnasium, "obs", 5, 3e-4, ["observation"]),
      (dmControl, "state", 2 * 401 - 1, 1e-8, ["state after a step"]),
      (dmControl, "state", 2 * 401 - 1, 1e-5, ["state after a step", "state of a rollout"]),
      (dmControl, "state", 2 * 3 * 401 + 2 * 399, 1e-8, ["state after a step"]),
      (dmControl, "reward", 0, 1, ["reward of a step", "reward in a rollout"]),
    ]

  @Test("a changed number fails the lines that it belongs to", arguments: changes.indices)
  func sensitivity(index: Int) throws {
    let change = Self.changes[index]
    var tensors = try trace(change.file)
    tensors[change.tensor] = try #require(tensors[change.tensor])
      .changed(change.element, by: change.by)
    let failed = try lines(tensors).filter { !$0.holds }.map(\.group)
    #expect(failed.filter { $0 != "observation" || change.tensor == "obs" } == change.lines)
  }

  @Test("a torque beyond the limits is at the limits", arguments: [gymnasium, dmControl])
  func torqueLimits(name: String) throws {
    var tensors = try trace(name)
    let entry = try #require(tensors["action"])
    let limit = name == Self.gymnasium ? 2.0 : 1
    let beyond = try #require(entry.doubles.firstIndex { $0 > limit })
    tensors["action"] = entry.changed(beyond, by: 10)
    for line in try lines(tensors) { #expect(line.holds, "\(line)") }
  }

  /// A file, what is done to its tensors, and what the error says.
  static let damages: [(String, @Sendable (inout SafeTensors) -> Void, String)] = [
    (gymnasium, { $0["state"] = nil }, "there is no tensor `state`"),
    (gymnasium, { $0["obs"] = nil }, "there is no tensor `obs`"),
    (dmControl, { $0["state"] = nil }, "there is no tensor `state`"),
    (dmControl, { $0["action"] = nil }, "there is no tensor `action`"),
    (dmControl, { $0["reward"] = nil }, "there is no tensor `reward`"),
    (
      dmControl, { $0["reward"] = .init(shape: [2, 2], values: .float32([0, 0, 0, 0])) },
      "`reward` has shape [2, 2] instead of [4, 400]"
    ),
    (
      dmControl, { $0["state"] = .init(shape: [1, 2, 3], values: .float64([0, 0, 0, 0, 0, 0])) },
      "`state` has shape [1, 2, 3] instead of [any, any, 2]"
    ),
    (
      dmControl, { $0["state"] = .init(shape: [3, 1, 2], values: .float64([0, 0, 0, 0, 0, 0])) },
      "`state` has shape [3, 1, 2], in which there is no step"
    ),
    (
      gymnasium, { $0["reward"] = $0["reward"]?.changed(7, by: -.infinity) },
      "`reward` holds -inf"
    ),
  ]

  @Test("a damaged file is an error that says what is wrong with it", arguments: damages.indices)
  func damage(index: Int) throws {
    let (file, damage, problem) = Self.damages[index]
    var tensors = try trace(file)
    damage(&tensors)
    let damaged = tensors
    let error = #expect(throws: TraceError.self) { try lines(damaged) }
    #expect(error?.problem == problem)
  }
}

extension SafeTensors {
  /// The first rows of every tensor.
  fileprivate func prefix(_ rows: Int) -> SafeTensors {
    var part = SafeTensors(metadata: metadata)
    for name in names {
      guard let entry = self[name] else { continue }
      part[name] = entry.prefix(rows)
    }
    return part
  }
}

extension SafeTensors.Entry {
  fileprivate func prefix(_ rows: Int) -> SafeTensors.Entry {
    let shape = [rows] + shape.dropFirst()
    let count = shape.reduce(1, *)
    return switch values {
    case .float64(let values): .init(shape: shape, values: .float64(Array(values.prefix(count))))
    default: .init(shape: shape, values: .float32(doubles.prefix(count).map { Float($0) }))
    }
  }

  /// The same with one element larger.
  fileprivate func changed(_ index: Int, by amount: Double) -> SafeTensors.Entry {
    var numbers = doubles
    numbers[index] += amount
    if case .float64 = values { return .init(shape: shape, values: .float64(numbers)) }
    return .init(shape: shape, values: .float32(numbers.map { Float($0) }))
  }
}
