import Files

/// A number or a text to record.
package enum MetricValue: Sendable, Equatable {
  case float(Float)
  case double(Double)
  case integer(Int)
  case text(String)
}

extension MetricValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral
{
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(stringLiteral value: String) { self = .text(value) }
}

/// What was measured at a step.
package struct MetricRecord: Sendable, Equatable {
  /// Environment steps made so far.
  package var step: Int
  /// Values by key. Those that depend on the clock have keys that begin with `time/`, `fps/` or
  /// `usage/`; everything else is reproducible. `step` is not among the keys.
  package var values: [String: MetricValue]

  package init(step: Int, values: [String: MetricValue]) {
    precondition(values["step"] == nil, "the step is no metric")
    self.step = step
    self.values = values
  }
}

/// Takes what a run measures.
package protocol MetricSink: AnyObject {
  /// Records; when it returns, the record survives the end of the process.
  /// - Throws: `FileError` where the record cannot be written.
  func write(_ record: MetricRecord) throws
}

/// Keeps records in memory.
package final class MetricMemory: MetricSink {
  package private(set) var records: [MetricRecord] = []

  package init() {}

  package func write(_ record: MetricRecord) { records.append(record) }
}

extension MetricRecord {
  /// The record as a JSON object on one line: `step`, then the keys in ascending order.
  ///
  /// Numbers have the fewest digits that give them back (a `Float`'s as a `Float`). JSON knows no
  /// infinities: these and "not a number" are `null`.
  package var json: String {
    let members = values.sorted { $0.key < $1.key }
      .map { "\(ForeignText.quoted($0.key)): \($0.value.json)" }
    return "{" + (["\"step\": \(step)"] + members).joined(separator: ", ") + "}"
  }
}

extension MetricValue {
  /// The value in JSON.
  var json: String {
    switch self {
    case .float(let value): value.isFinite ? "\(value)" : "null"
    case .double(let value): value.isFinite ? "\(value)" : "null"
    case .integer(let value): "\(value)"
    case .text(let value): ForeignText.quoted(value)
    }
  }
}
