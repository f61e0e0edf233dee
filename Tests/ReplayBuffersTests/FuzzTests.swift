import Files
import Foundation
import Kernels
import Randomness
import ReplayBuffers
import TestSupport
import Testing

/// Damaged files. `DREAMER_FUZZ` is how many of each kind; `make fuzz` has 100,000.
@Suite("Damaged files of replay")
struct FuzzTests {
  let scratch: Scratch
  private static let count = Mutation.count(or: 200)

  init() throws {
    scratch = try Scratch()
    var exercise = try Exercise(in: scratch.replay)
    try exercise.replay.begin()
    _ = try exercise.run(0..<90)
    try exercise.replay.save(to: scratch.checkpoint("a"))
    exercise.replay.commit()
  }

  private func restore() throws {
    let exercise = try Exercise(in: scratch.replay)
    try exercise.replay.restore(from: scratch.checkpoint("a"))
  }

  /// Writes what is damaged, and has it refused.
  private func expectRefusals(of file: URL, seed: Int, _ change: (Data, inout Generator) -> Data)
    throws
  {
    let whole = try Data(contentsOf: file)
    defer { try? whole.write(to: file) }
    for number in 0..<Self.count {
      var generator = Generator(key: Key(seed: UInt64(seed)).fold(number))
      let damaged = change(whole, &generator)
      if damaged == whole { continue }
      try damaged.write(to: file)
      #expect(throws: FileError.self, "number \(number)") { try restore() }
    }
  }

  @Test("a chunk, the latents and a checkpoint are refused with any byte changed")
  func damage() throws {
    try restore()
    let chunk = scratch.replay.appendingPathComponent("0.chunk")
    try expectRefusals(of: chunk, seed: 1) { Mutation.mutate($0, using: &$1) }
    try expectRefusals(of: scratch.checkpoint("a"), seed: 2) { Mutation.mutate($0, using: &$1) }
    // All pages are in use, and what is behind them is nobody's.
    let latents = scratch.replay.appendingPathComponent("latents")
    try expectRefusals(of: latents, seed: 3) { data, generator in
      var data = data
      data[generator.integer(below: data.count)] ^= UInt8(1 << generator.integer(below: 8))
      return data
    }
  }

  @Test("one that lies under a right checksum is refused, or can be used")
  func lies() throws {
    for (file, seed) in [
      (scratch.checkpoint("a"), 4), (scratch.replay.appendingPathComponent("0.chunk"), 5),
    ] {
      let whole = try Data(contentsOf: file)
      for number in 0..<Self.count {
        var generator = Generator(key: Key(seed: UInt64(seed)).fold(number))
        try Self.lie(whole, &generator).write(to: file)
        var exercise = try Exercise(in: scratch.replay)
        do {
          try exercise.replay.restore(from: scratch.checkpoint("a"))
          _ = try exercise.run(90..<100)
        } catch is FileError {}
      }
      try whole.write(to: file)
    }
  }

  @Test("a stretch of a chunk that is yet to come is refused")
  func comingStretch() throws {
    let stretch = #""online":[{"chunkNumber":6,"rowNumber":0}]"#
    try expectRefusal(of: #""online":[]"#, as: stretch, "stretch of experience without its rows")
  }

  @Test("an environment with rows and no chunk to go on in is refused")
  func environmentWithoutChunk() throws {
    try expectRefusal(
      of: #"{"chunk":4,"#, as: #"{"chunk":null,"#, "environment without its rows")
  }

  /// Writes other text in the checkpoint's header, under right checksums.
  private func expectRefusal(of text: String, as lie: String, _ reason: String) throws {
    let file = scratch.checkpoint("a")
    let (header, body) = Self.parts(try Data(contentsOf: file))
    let whole = String(decoding: header, as: UTF8.self)
    let changed = whole.replacingOccurrences(of: text, with: lie)
    #expect(changed != whole)
    try Self.sealed(Data(changed.utf8), body).write(to: file)
    let error = #expect(throws: FileError.self) { try restore() }
    #expect(error?.what.contains(reason) == true)
  }

  /// Another number in the header, or another byte of the body, with the checksums put right.
  private static func lie(_ data: Data, _ generator: inout Generator) -> Data {
    var (header, body) = parts(data)
    if generator.uniform() < 0.7 {
      header = Mutation.changeNumber(in: header, using: &generator)
    } else {
      body[generator.integer(below: body.count)] ^= UInt8(1 << generator.integer(below: 8))
    }
    return sealed(header, body)
  }

  private static func parts(_ data: Data) -> (header: Data, body: Data) {
    let length = Int(Data(data[8..<16]).elements(of: UInt64.self)?[0] ?? 0)
    return (Data(data[40..<(40 + length)]), Data(data[(40 + length)...]))
  }

  private static func sealed(_ header: Data, _ body: Data) -> Data {
    let numbers = [
      UInt64(header.count), UInt64(body.count), header.checksum, body.checksum,
    ]
    return Data("drmrply1".utf8) + Data(elements: numbers) + header + body
  }
}
