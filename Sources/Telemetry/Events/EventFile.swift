import Files
import Foundation

/// An event file: what a run measures, for TensorBoard.
///
/// Each record is handed to the system whole before a call returns, as lines of ``JSONLines`` are.
/// Apart from the wall-clock times in it, a file depends only on what was written.
public final class EventFile: MetricSink {
  private let file: OutputFile
  private let now: () -> Double

  /// Opens a file to add events to it.
  ///
  /// - Parameters:
  ///   - url: The file; TensorBoard wants `tfevents` in its name. It need not exist; its folder must.
  ///   - lastStep: Events of later steps are cut, as is a last one that was not finished: a resumed
  ///     run writes them again. Nil cuts everything.
  ///   - size: What else is beyond so many bytes is cut, too: events of that step which came after.
  ///   - now: Seconds since 1970.
  /// - Throws: `FileError`: `malformed` where a record is damaged; `system`.
  public init(
    _ url: URL, keepingThrough lastStep: Int? = nil, within size: Int? = nil,
    now: @escaping () -> Double = { Date().timeIntervalSince1970 }
  ) throws {
    self.now = now
    let isEmpty = try lastStep.map { try Self.cut(url, after: $0, within: size ?? .max) } ?? true
    file = try OutputFile(url, appending: lastStep != nil)
    if isEmpty { try write(.version("brain.Event:2"), step: 0) }
  }

  /// Numbers become scalars. Texts become what TensorBoard shows as text.
  public func write(_ record: MetricRecord) throws {
    try write(
      record.values.sorted { $0.key < $1.key }.map { Event.Summary($0.key, $0.value.eventValue) },
      step: record.step)
  }

  /// - Throws: `FileError` where the event cannot be written.
  public func write(_ summaries: [Event.Summary], step: Int) throws {
    if !summaries.isEmpty { try write(.summary(summaries), step: step) }
  }

  /// Waits until the disk has all events.
  /// - Throws: `FileError` of kind `system`.
  public func synchronize() throws { try file.synchronize() }

  /// Bytes of the file.
  /// - Throws: `FileError` of kind `system`.
  public func size() throws -> Int { try file.size() }

  private func write(_ content: Event.Content, step: Int) throws {
    let event = Event(wallTime: now(), step: step, content: content)
    try file.write(contentsOf: Data(event.record()))
  }

  /// Cuts a file where the first event of a later step begins, for events are in the order of steps.
  /// - Returns: whether nothing is left.
  private static func cut(_ url: URL, after lastStep: Int, within size: Int) throws -> Bool {
    guard FileManager.default.fileExists(atPath: url.path) else { return true }
    let file = try RandomAccessFile(url, making: false)
    var reader = try EventReader(file, named: url.path)
    var end = 0
    while let event = try reader.next(), event.step <= lastStep, reader.offset <= size {
      end = reader.offset
    }
    if try end < file.size() { try file.truncate(to: end) }
    return end == 0
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
