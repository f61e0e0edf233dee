import Foundation
import NeuralNetworks
import TestSupport
import Testing
import Verification

@Suite("Recorded episodes of MiniGrid")
struct GridTraceTests {
  @Test("there are two recorded episodes of each of nineteen worlds")
  func filesExist() {
    #expect(Fixtures.gridTraces.count == 38)
  }

  @Test("everything is as it was recorded, pictures to 1 of 255", arguments: Fixtures.gridTraces)
  func parity(file: URL) throws {
    let lines = try ReferenceFile(contentsOf: file).verify()
    #expect(lines.count == 10)
    for line in lines { #expect(line.holds, "\(line)") }
  }

  /// A shortest way through a door, whose every tensor says something.
  private func trace() throws -> SafeTensors {
    let file = try #require(
      Fixtures.gridTraces.first { $0.lastPathComponent == "grid-DoorKey-5x5-0.safetensors" })
    return try SafeTensors(contentsOf: file)
  }

  /// A tensor, the element that is changed and by how much, and the line that must fail.
  static let changes: [(tensor: String, element: Int, by: Int, line: String)] = [
    ("agent", 4, 1, "agent"), ("carrying", 29, 1, "carried object"), ("obs", 1, 1, "symbolic view"),
    ("obs", 14 * 147 + 5, 1, "symbolic view"), ("rgb_partial", 9407, 2, "picture of the view"),
    ("rgb_full", 0, 2, "picture of the grid"), ("reward", 13, 1, "reward"),
    ("terminated", 13, -1, "terminated"), ("truncated", 0, 1, "truncated"),
    ("grid1", 4, 1, "last grid"),
  ]

  @Test("a change of one number fails the line that it belongs to and no other", arguments: changes)
  func sensitivity(change: (tensor: String, element: Int, by: Int, line: String)) throws {
    var tensors = try trace()
    let entry = try #require(tensors[change.tensor])
    tensors[change.tensor] = SafeTensors.Entry(
      shape: entry.shape, values: entry.values.changed(change.element, by: change.by))
    let lines = try ReferenceFile(tensors, name: "changed").verify()
    #expect(lines.filter { !$0.holds }.map(\.group) == [change.line])
  }

  @Test("a change of 1 of 255 in a picture holds")
  func tolerance() throws {
    var tensors = try trace()
    let entry = try #require(tensors["rgb_full"])
    tensors["rgb_full"] = SafeTensors.Entry(
      shape: entry.shape, values: entry.values.changed(0, by: 1))
    #expect(try ReferenceFile(tensors, name: "changed").verify().allSatisfy(\.holds))
  }

  @Test("another step limit fails its line")
  func stepLimit() throws {
    var tensors = try trace()
    tensors.metadata["max_steps"] = "251"
    let failed = try ReferenceFile(tensors, name: "changed").verify().filter { !$0.holds }
    #expect(failed.map(\.group) == ["step limit"])
  }

  /// What is done to the tensors, and what the error says.
  static let damages: [(@Sendable (inout SafeTensors) -> Void, String)] = [
    (
      { $0.metadata["id"] = "MiniGrid-Nowhere-v0" },
      "its metadata names the world 'MiniGrid-Nowhere-v0', which is not bundled"
    ),
    (
      { $0.metadata["max_steps"] = nil },
      "its metadata has no `max_steps` that is a number of steps"
    ),
    ({ $0["grid0"] = nil }, "there is no tensor `grid0`"),
    ({ $0["obs"] = nil }, "there is no tensor `obs`"),
    (
      { $0["agent0"] = .init(shape: [2], values: .int32([1, 1])) },
      "`agent0` has shape [2] instead of [3]"
    ),
    (
      { $0["agent0"] = .init(shape: [3], values: .int32([1, 5, 0])) },
      "`agent0` is [1, 5, 0], which is not in the grid"
    ),
    (
      { $0["agent0"] = .init(shape: [3], values: .float32([1, 1, 0])) },
      "`agent0` does not hold whole numbers"
    ),
    (
      { $0["grid0"] = .init(shape: [3, 3, 3], values: .uint8(Array(repeating: 77, count: 27))) },
      "`grid0` is no grid: too small, or with a number that nothing has"
    ),
    (
      { $0["action"] = .init(shape: [1], values: .int32([7])) },
      "`action` holds 7, which is none of the seven"
    ),
    (
      { $0["action"] = .init(shape: [1], values: .int32([0])) },
      "`agent` has shape [15, 3] instead of [2, 3]"
    ),
  ]

  @Test("a damaged file is an error that says what is wrong with it", arguments: damages.indices)
  func damage(index: Int) throws {
    let (damage, problem) = Self.damages[index]
    var tensors = try trace()
    damage(&tensors)
    let damaged = tensors
    let error = #expect(throws: TraceError.self) {
      try ReferenceFile(damaged, name: "damaged").verify()
    }
    #expect(error?.problem == problem)
  }
}

extension SafeTensors.Values {
  /// The same with one element larger.
  fileprivate func changed(_ index: Int, by amount: Int) -> SafeTensors.Values {
    switch self {
    case .uint8(var values):
      values[index] = UInt8(clamping: Int(values[index]) + (values[index] > 250 ? -amount : amount))
      return .uint8(values)
    case .int32(var values):
      values[index] += Int32(amount)
      return .int32(values)
    case .float32(var values):
      values[index] += Float(amount)
      return .float32(values)
    default: return self
    }
  }
}
