import Files
import Foundation
import Runs

/// An event file: what a run measures, for TensorBoard.
///
/// Each record is handed to the system whole before a call returns, as lines of ``JSONLines`` are.
/// Apart from the wall-clock times in it, a file depends only on what was written.
package final class EventFile: MetricSink {
  private let file: OutputFile
  private let now: () -> Double
  /// Of all events.
  package private(set) var digest: LogDigest

  /// Opens a file to add events to it.
  ///
  /// - Parameters:
  ///   - url: The file; TensorBoard wants `tfevents` in its name. It need not exist; its folder must.
  ///   - beginning: What of it stays; nil for nothing.
  ///   - now: Seconds since 1970.
  /// - Throws: `FileError` of kind `system`.
  package init(
    _ url: URL, keeping beginning: LogBeginning? = nil,
    now: @escaping () -> Double = { Date().timeIntervalSince1970 }
  ) throws {
    self.now = now
    if let beginning { try AtomicFile.cut(url, to: beginning.end) }
    file = try OutputFile(url, appending: beginning != nil)
    digest = beginning?.digest ?? LogDigest()
    if (beginning?.end ?? 0) == 0 { try write(.version("brain.Event:2"), step: 0) }
  }

  /// Numbers become scalars. Texts become what TensorBoard shows as text.
  package func write(_ record: MetricRecord) throws {
    try write(
      record.values.sorted { $0.key < $1.key }.map { Event.Summary($0.key, $0.value.eventValue) },
      step: record.step)
  }

  /// - Throws: `FileError` where the event cannot be written.
  package func write(_ summaries: [Event.Summary], step: Int) throws {
    if !summaries.isEmpty { try write(.summary(summaries), step: step) }
  }

  /// Waits until the disk has all events.
  /// - Throws: `FileError` of kind `system`.
  package func synchronize() throws { try file.synchronize() }

  /// Bytes of the file.
  /// - Throws: `FileError` of kind `system`.
  package func size() throws -> Int { try file.size() }

  private func write(_ content: Event.Content, step: Int) throws {
    let event = Event(wallTime: now(), step: step, content: content)
    try file.write(contentsOf: Data(event.record()))
    try digest.add(event)
  }

  /// The events of a file up to a step, for events are in the order of steps: a resumed run writes
  /// later ones again, and a last one that was not finished.
  ///
  /// - Parameter size: what is beyond so many bytes is left out too: events of that step which came
  ///   after; nil for nothing.
  /// - Returns: nil where there is no file.
  /// - Throws: `FileError`: `malformed` where a record is damaged; `system`.
  package static func beginning(
    of url: URL, through lastStep: Int, within size: Int? = nil
  ) throws -> LogBeginning? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    var reader = try EventReader(contentsOf: url)
    var beginning = LogBeginning()
    while let event = try reader.next(), event.step <= lastStep, reader.offset <= size ?? .max {
      beginning.end = reader.offset
      try beginning.digest.add(event)
    }
    return beginning
  }
}

extension MetricValue {
  fileprivate var eventValue: Event.Value {
    switch self {
    case .float(let value): .scalar(value)
    case .double(let value): .scalar(Float(value))
    case .integer(let value): .scalar(Float(value))
    case .text(let text): .text(text)
    }
  }
}

extension LogDigest {
  /// Takes an event.
  fileprivate mutating func add(_ event: Event) throws {
    var event = event
    event.wallTime = 0
    if case .summary(let summaries) = event.content {
      event.content = .summary(summaries.filter { !Self.isOfClock($0.tag.utf8) })
    }
    add(Data(try event.encoded()))
  }
}
