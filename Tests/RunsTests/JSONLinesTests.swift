import Files
import Foundation
import Runs
import TestSupport
import Testing

extension JSONLines {
  /// Opens a file as a resumed run does.
  convenience init(_ url: URL, keepingThrough step: Int) throws {
    try self.init(url, keeping: Self.beginning(of: url, through: step) ?? LogBeginning())
  }
}

@Suite("Metrics as lines of JSON")
struct JSONLinesTests {
  let scratch: Scratch
  let url: URL

  init() throws {
    scratch = try Scratch()
    url = scratch.url.appendingPathComponent("metrics.jsonl")
  }

  private var text: String { get throws { try String(contentsOf: url, encoding: .utf8) } }

  @Test("the step comes first, keys are in order, numbers have the fewest digits")
  func line() {
    let record = MetricRecord(
      step: 12,
      values: [
        "loss/rew": .float(0.1), "episode/length": 7, "a": 4e-5, "b": 1.0, "z": "tab\t\"/ü",
      ])
    #expect(
      record.json
        == #"{"step": 12, "a": 4e-05, "b": 1.0, "episode/length": 7, "loss/rew": 0.1, "#
        + #""z": "tab\t\"/ü"}"#)
  }

  @Test("what is not finite is null")
  func nonFinite() {
    let record = MetricRecord(
      step: 0, values: ["a": .double(.nan), "b": .float(.infinity), "c": .double(-.infinity)])
    #expect(record.json == #"{"step": 0, "a": null, "b": null, "c": null}"#)
  }

  @Test("every line is JSON and is in the file when the call returns")
  func writing() throws {
    let sink = try JSONLines(url)
    try sink.write(.init(step: 1, values: ["x": 1.5]))
    #expect(try text == "{\"step\": 1, \"x\": 1.5}\n")
    try sink.write(.init(step: 2, values: [:]))
    #expect(try text == "{\"step\": 1, \"x\": 1.5}\n{\"step\": 2}\n")
  }

  @Test("opening anew cuts everything")
  func anew() throws {
    try JSONLines(url).write(.init(step: 1, values: [:]))
    try JSONLines(url).write(.init(step: 5, values: [:]))
    #expect(try text == "{\"step\": 5}\n")
  }

  @Test("resuming cuts later lines and an unfinished one")
  func resuming() throws {
    let lines = [1, 2, 2, 3].map { "{\"step\": \($0), \"x\": 0.5}\n" }
    try AtomicFile.write(Data((lines.joined() + "{\"step\": 1, \"x").utf8), to: url)
    let sink = try JSONLines(url, keepingThrough: 2)
    #expect(try text == lines[0..<3].joined())
    try sink.write(.init(step: 3, values: ["x": 0.5]))
    #expect(try text == lines.joined())
  }

  @Test("resuming cuts the file where it is, whatever is beyond the first later line")
  func cuttingInPlace() throws {
    // More than is read at a time, and lines that go beyond a piece of that.
    let kept = (1...40).map {
      "{\"step\": \($0), \"x\": \"\(String(repeating: "y", count: $0 * 700))\"}\n"
    }
    let text = kept.joined()
    try Data((text + "{\"step\": 41}\nhello\n").utf8).write(to: url)
    func number() throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: url.path)[.systemFileNumber] as? Int
    }
    let before = try number()
    _ = try JSONLines(url, keepingThrough: 40)
    #expect(try self.text == text)
    #expect(try number() == before)
    _ = try JSONLines(url, keepingThrough: 20)
    #expect(try self.text == kept[..<20].joined())
  }

  @Test("a line that is none is found behind many")
  func malformedLate() throws {
    let lines = (1...5000).map { "{\"step\": \($0), \"x\": 0.123456789}\n" }
    try Data((lines.joined() + "hello\n").utf8).write(to: url)
    let error = #expect(throws: FileError.self) { try JSONLines(url, keepingThrough: 9999) }
    #expect(error?.what == "line 5001 is no record with a step")
  }

  @Test("resuming makes the file where there is none and leaves one alone that needs no cut")
  func resumingWithoutCut() throws {
    try JSONLines(url, keepingThrough: 2).write(.init(step: 3, values: [:]))
    #expect(try text == "{\"step\": 3}\n")
    _ = try JSONLines(url, keepingThrough: 3)
    #expect(try text == "{\"step\": 3}\n")
  }

  @Test("a line without a step is an error that names it")
  func malformed() throws {
    try AtomicFile.write(Data("{\"step\": 1}\nhello\n".utf8), to: url)
    let error = #expect(throws: FileError.self) { try JSONLines(url, keepingThrough: 2) }
    #expect(error?.kind == .malformed)
    #expect(
      error?.description
        == "\(url.path): line 2 is no record with a step; put back a copy of "
        + "the file, or move it away: the run then begins another")
  }

  @Test("a folder that is not there is an error")
  func missingFolder() throws {
    let url = scratch.url.appendingPathComponent("no/metrics.jsonl")
    let error = #expect(throws: FileError.self) { try JSONLines(url) }
    #expect(
      error?.description == "\(url.path): cannot be created (No such file or directory); "
        + "check that the folder exists and may be written to")
  }

  #if os(Linux)
    @Test("a device is no place for a log")
    func device() throws {
      let error = #expect(throws: FileError.self) {
        try JSONLines(URL(fileURLWithPath: "/dev/full"))
      }
      #expect(error?.kind == .malformed)
      #expect(error?.what == "is a pipe, a socket or a device")
    }
  #endif

  @Test("records in memory come back in order")
  func memory() {
    let sink = MetricMemory()
    let records = [3, 1].map { MetricRecord(step: $0, values: ["x": 1]) }
    records.forEach(sink.write)
    #expect(sink.records == records)
  }
}
