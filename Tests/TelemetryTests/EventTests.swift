import Files
import Foundation
import Pictures
import Runs
import Telemetry
import TestSupport
import Testing

@Suite("Event files")
struct EventTests {
  let scratch: Scratch
  let url: URL

  init() throws {
    scratch = try Scratch()
    url = scratch.url.appendingPathComponent("events.out.tfevents.test")
  }

  private func open(keepingThrough step: Int? = nil) throws -> EventFile {
    let beginning = try step.map { try EventFile.beginning(of: url, through: $0) ?? LogBeginning() }
    return try EventFile(url, keeping: beginning, now: { 1.5 })
  }

  private func events() throws -> [Event] {
    var reader = try EventReader(contentsOf: url)
    var events: [Event] = []
    while let event = try reader.next() { events.append(event) }
    return events
  }

  /// One of everything.
  static func examples() throws -> [Event.Summary] {
    let picture = Picture(height: 2, width: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    return [
      .init("x", .scalar(0.5)), .init("π", .text("wörds")),
      .init("image", .image(try .init(picture))),
      .init("histogram", .histogram(try #require(Histogram(of: [1, 2, 2, 5], bucketCount: 4)))),
    ]
  }

  @Test("a new file is, byte for byte, the version's record and a record of each event")
  func bytes() throws {
    try open().write([.init("x", .scalar(0.5))], step: 300)
    // As TensorBoard's own RecordWriter writes these messages, in hexadecimal.
    let version =
      "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c"
    let scalar = "1800000000000000a37f4b2209000000000000f83f10ac022a0a0a080a0178150000003fd06d1abd"
    let text = try Data(contentsOf: url).map { String(format: "%02x", $0) }.joined()
    #expect(text == version + scalar)
  }

  @Test("what is written is read")
  func roundTrip() throws {
    let file = try open()
    try file.write(Self.examples(), step: 7)
    try file.write(MetricRecord(step: 8, values: ["b": 2, "a": 1.25, "c": "text"]))
    #expect(
      try events() == [
        Event(wallTime: 1.5, step: 0, content: .version("brain.Event:2")),
        Event(wallTime: 1.5, step: 7, content: .summary(Self.examples())),
        Event(
          wallTime: 1.5, step: 8,
          content: .summary([
            .init("a", .scalar(1.25)), .init("b", .scalar(2)), .init("c", .text("text")),
          ])),
      ])
  }

  @Test("resuming cuts later events and an unfinished one, and goes on byte for byte")
  func resuming() throws {
    let file = try open()
    for step in [1, 2, 2, 3] { try file.write(MetricRecord(step: step, values: ["x": 1])) }
    let whole = try Data(contentsOf: url)
    for cut in [whole.count, whole.count - 1, whole.count - 20] {
      try whole.prefix(cut).write(to: url)
      try open(keepingThrough: 2).write(MetricRecord(step: 3, values: ["x": 1]))
      #expect(try Data(contentsOf: url) == whole)
    }
  }

  /// What tells whether a file is another than before.
  private func fileNumber() throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: url.path)[.systemFileNumber] as? Int
  }

  @Test("resuming cuts the file where it is, whatever is beyond the first later event")
  func cuttingInPlace() throws {
    let file = try open()
    for step in [1, 2, 3] { try file.write(MetricRecord(step: step, values: ["x": 1])) }
    let (whole, number) = (try Data(contentsOf: url), try fileNumber())
    try (whole + Data(repeating: 7, count: 100)).write(to: url, options: [])
    let resumed = try open(keepingThrough: 2)
    #expect(try events().map(\.step) == [0, 1, 2])
    try resumed.write(MetricRecord(step: 3, values: ["x": 1]))
    #expect(try Data(contentsOf: url) == whole)
    #expect(try fileNumber() == number)
  }

  @Test("resuming begins a file where there is none, or none of it was finished")
  func resumingNothing() throws {
    _ = try open(keepingThrough: 2)
    let fresh = try Data(contentsOf: url)
    #expect(fresh.count == 12 + 24 + 4)
    try fresh.prefix(20).write(to: url)
    _ = try open(keepingThrough: 2)
    #expect(try Data(contentsOf: url) == fresh)
  }

  @Test("a damaged record is an error that names its place, and the file stays")
  func damaged() throws {
    try open().write(MetricRecord(step: 1, values: ["x": 1]))
    var data = try Data(contentsOf: url)
    data[58] ^= 1
    try data.write(to: url)
    let error = #expect(throws: FileError.self) { try open(keepingThrough: 5) }
    #expect(
      error?.description == "\(url.path): the record at byte 40 does not match its checksum; "
        + "remove the file: it holds nothing but pictures of the other files")
    #expect(try Data(contentsOf: url) == data)
  }
}
