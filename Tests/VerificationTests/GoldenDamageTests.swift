import Foundation
import NeuralNetworks
import PeerVerification
import Randomness
import TestSupport
import Testing
import Verification

@Suite("Damaged golden files and episodes")
struct GoldenDamageTests {
  private static func golden(_ name: String) throws -> SafeTensors {
    let file = try #require(
      Fixtures.goldenFiles.first { $0.lastPathComponent == "tiny-\(name).safetensors" })
    return try SafeTensors(contentsOf: file)
  }

  /// What is wrong with a file after a change.
  private func problem(
    of name: String, _ change: (inout SafeTensors) throws -> Void
  ) throws -> String {
    var tensors = try Self.golden(name)
    try change(&tensors)
    let damaged = tensors
    let error = try #require(throws: GoldenFileError.self) {
      try GoldenFile(damaged, name: "damaged").verify()
    }
    #expect(error.file == "damaged" && !error.description.contains("\n"))
    return error.problem
  }

  @Test(
    "an action that the space does not have is named",
    arguments: [5, -1, Int32.max, Int32.min])
  func action(number: Int32) throws {
    let problem = try problem(of: "discrete") { tensors in
      tensors["batch/action"] = .init(
        shape: [2, 7], values: .int32([number] + Array(repeating: 0, count: 13)))
    }
    #expect(problem == "batch/action holds \(number), which is not one of 0..<5")
  }

  @Test(
    "a number that is none is named, whether of the batch, a parameter or a result",
    arguments: [
      "batch/reward", "batch/dyn/deter", "param/pol/head/action/logits/bias", "out/deter",
      "grad/dyn/dynin0/kernel", "after1/dyn/dynin0/kernel", "metric/adv",
    ], [Float.nan, .infinity])
  func notFinite(tensor: String, number: Float) throws {
    let problem = try problem(of: "discrete") { tensors in
      let entry = try #require(tensors[tensor])
      var values = try #require(entry.floats)
      values[values.count / 2] = number
      tensors[tensor] = .init(shape: entry.shape, values: .float32(values))
    }
    #expect(problem == "\(tensor) has numbers that are not finite")
  }

  /// A tensor's new shape, and what the error begins with.
  static let shapes: [(tensor: String, shape: [Int], problem: String)] = [
    ("batch/reward", [14], "batch/reward has shape [14] instead of 2 sequences"),
    ("batch/reward", [2, 5], "batch/reward has shape [2, 5] instead of 2 sequences"),
    ("batch/reward", [0, 7], "batch/reward has shape [0, 7] instead of 2 sequences"),
    ("batch/reward", [2, 8], "batch/action has shape [2, 7] instead of 2 × 8 rows"),
    ("batch/action", [2, 7, 1], "batch/action has shape [2, 7, 1] instead of 2 × 7 rows"),
    ("batch/dyn/deter", [2, 7, 31], "batch/dyn/deter has shape [2, 7, 31] instead of 2 × 7 rows"),
    ("batch/is_first", [], "batch/is_first has shape [] instead of 2 × 7 rows"),
    ("batch/image", [2, 7, 0, 48, 3], "batch/image has shape [2, 7, 0, 48, 3], in which"),
    ("batch/image", [48], "batch/image has shape [48], in which there is nothing"),
    ("batch/more", [2, 7, 0], "batch/more has shape [2, 7, 0], in which there is nothing"),
    ("param/retnorm/lo/value", [0], "param/retnorm/lo/value has shape [0] and is to be one number"),
    ("param/slowval_count/value", [2], "param/slowval_count/value has shape [2] and is to be one"),
    ("metric/adv", [0], "metric/adv has shape [0] and is to be one number"),
    ("grad/dyn/dynin0/bias", [3], "grad/dyn/dynin0/bias has shape [3] instead of [16]"),
    ("after3/con/head/logit/bias", [2], "after3/con/head/logit/bias has shape [2] instead of [1]"),
  ]

  @Test("a tensor of another shape is named", arguments: shapes.indices)
  func shape(index: Int) throws {
    let (tensor, shape, expected) = Self.shapes[index]
    let found = try problem(of: "discrete") { tensors in
      let count = shape.reduce(1, *)
      let isByte = tensors[tensor]?.bytes != nil || tensor.hasPrefix("batch/more")
      tensors[tensor] = .init(
        shape: shape,
        values: isByte
          ? .uint8(Array(repeating: 0, count: count)) : .float32(Array(repeating: 0, count: count)))
    }
    #expect(found.hasPrefix(expected), "\(found)")
  }

  /// What `spec` says instead, and what the error says.
  static let specifications: [(from: String, to: String, problem: String)] = [
    ("\"B\": 2", "\"B\": 0", "its metadata entry `spec` has B 0, which is no number of sequences"),
    (
      "\"B\": 2", "\"B\": -2", "its metadata entry `spec` has B -2, which is no number of sequences"
    ),
    ("\"T\": 6", "\"T\": 1", "its metadata entry `spec` has T 1, which is not at least 2"),
    (
      "\"T\": 6", "\"T\": 9223372036854775807",
      "batch/reward has shape [2, 7] instead of 2 sequences of 9223372036854775807 rows or more"
    ),
    ("\"n\": 5", "\"n\": 0", "its metadata entry `spec` has n 0, which is not 1 to 1000000"),
    (
      "\"updates\": 3", "\"updates\": 2000000000",
      "its metadata entry `spec` has 2000000000 updates, and the file tells of 3"
    ),
    ("\"discrete\"", "\"discretf\"", "its metadata entry `spec` has the action 'discretf'"),
  ]

  @Test(
    "a number of the specification that nothing has is named", arguments: specifications.indices)
  func specification(index: Int) throws {
    let (from, to, expected) = Self.specifications[index]
    let found = try problem(of: "discrete") { tensors in
      let spec = try #require(tensors.metadata["spec"])
      #expect(spec.contains(from), "\(spec)")
      tensors.metadata["spec"] = spec.replacingOccurrences(of: from, with: to)
    }
    #expect(found == expected)
  }

  @Test("a configuration that no agent has is bad data too")
  func configuration() throws {
    let found = try problem(of: "discrete") { tensors in
      let agent = try #require(tensors.metadata["agent"])
      tensors.metadata["agent"] = agent.replacingOccurrences(
        of: "bspace\": 4", with: "bspace\": 0")
    }
    #expect(found.hasPrefix("its metadata entry `agent` cannot be used: "), "\(found)")
    #expect(found.contains("bspace"))
  }

  @Test("parameters so large that nothing can be computed are no fault inside")
  func overflow() throws {
    let found = try problem(of: "discrete") { tensors in
      let name = "param/rew/head/logits/bias"
      let entry = try #require(tensors[name])
      tensors[name] = .init(
        shape: entry.shape,
        values: .float32(entry.doubles.indices.map { $0 % 2 == 0 ? 3e38 : -3e38 }))
    }
    #expect(found.hasPrefix("what its batch and parameters give is no number: "), "\(found)")
  }

  private static let files =
    Fixtures.goldenFiles + Fixtures.gridTraces.prefix(2)
    + Fixtures.pendulumTraces

  @Test("whatever is changed in a file, it is compared or refused as bad data")
  func fuzz() throws {
    let contents = try Self.files.map { try Data(contentsOf: $0) }
    for number in 0..<Mutation.count(or: 24) {
      var generator = Generator(key: Key(seed: 7).fold(number))
      let whole = contents[number % contents.count]
      let damaged =
        number % 3 == 0
        ? Mutation.mutateHeader(whole, using: &generator)
        : Mutation.flip(whole, using: &generator)
      do {
        let tensors = try SafeTensors(data: damaged, file: "damaged")
        let lines = try ReferenceFile(tensors, name: "damaged").verify()
        #expect(!lines.isEmpty)
      } catch is SafeTensorsError {
      } catch is GoldenFileError {
      } catch is TraceError {
      } catch {
        Issue.record("mutant \(number) of \(Self.files[number % contents.count]): \(error)")
      }
    }
  }
}

extension Mutation {
  /// One bit somewhere in what follows the header.
  fileprivate static func flip(_ data: Data, using generator: inout Generator) -> Data {
    var data = Data(data)
    let header = 8 + length(data)
    data[header + generator.integer(below: data.count - header)] ^=
      UInt8(1 << generator.integer(below: 8))
    return data
  }

  /// One bit or one number in the header, its length kept true.
  fileprivate static func mutateHeader(_ data: Data, using generator: inout Generator) -> Data {
    let length = length(data)
    var header = Data(data[8..<8 + length])
    if generator.integer(below: 2) == 0 {
      header[generator.integer(below: length)] ^= UInt8(1 << generator.integer(below: 8))
    } else {
      header = changeNumber(in: header, using: &generator)
    }
    return littleEndian(header.count) + header + data[(8 + length)...]
  }

  private static func length(_ data: Data) -> Int {
    (0..<8).reduce(0) { $0 | Int(data[$1]) << (8 * $1) }
  }

  private static func littleEndian(_ length: Int) -> Data {
    Data((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) })
  }
}
