import EnvironmentInterface
import Foundation
import ReplayBuffers

/// What a run has still to do of a step of its environments: the environments' new rows one after the
/// other, each with the updates, the line and the report that are due at it.
///
/// A run can stop before any of these, and its checkpoint says what is left; so a resumed run is the one
/// that was not interrupted.
struct StepRest: Equatable {
  /// A row that is to be recorded, and the episode that ended with it.
  struct Record: Equatable {
    var row: ReplayRow
    var episode: Driver.Episode?
  }

  /// Records of all environments before this step.
  let since: Int
  /// Of the last environments, in their order.
  var records: ArraySlice<Record>
  /// Environments that have made the step: those of before, where a run is resumed with another number.
  let environments: Int
  /// What is due at the newest recorded row: updates, whether a line, batches of a report.
  var updates = 0
  var needsLine = false
  var reportBatches = 0

  init(since: Int, records: [Record]) {
    self.since = since
    self.records = records[...]
    environments = records.count
  }

  /// Whose the first of the records is.
  var environment: Int { environments - records.count }
}

/// As a checkpoint's `state.json` has it.
extension StepRest: Codable {
  private enum CodingKeys: CodingKey {
    case since, rows, environments, updates, needsLine, reportBatches
  }

  private struct Row: Codable {
    var images: [Data]
    var vectors: [[Float]]
    var reward: Float
    var isFirst: Bool
    var isLast: Bool
    var isTerminal: Bool
    var action: [Float]
    var deter: [Float]
    var stoch: [UInt8]
    var episode: Driver.Episode?

    init(_ record: Record) {
      let row = record.row
      images = row.observation.images.map { Data($0) }
      vectors = row.observation.vectors
      (reward, action, deter, stoch) = (row.reward, row.action, row.deter, row.stoch)
      (isFirst, isLast, isTerminal) = (row.isFirst, row.isLast, row.isTerminal)
      episode = record.episode
    }

    var record: Record {
      var observation = Observation(spaces: [])
      (observation.images, observation.vectors) = (images.map { Array($0) }, vectors)
      var row = ReplayRow(observation: observation, action: action, deter: deter, stoch: stoch)
      row.reward = reward
      (row.isFirst, row.isLast, row.isTerminal) = (isFirst, isLast, isTerminal)
      return Record(row: row, episode: episode)
    }
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    since = try values.decode(Int.self, forKey: .since)
    records = try values.decode([Row].self, forKey: .rows).map(\.record)[...]
    environments = try values.decode(Int.self, forKey: .environments)
    updates = try values.decode(Int.self, forKey: .updates)
    needsLine = try values.decode(Bool.self, forKey: .needsLine)
    reportBatches = try values.decode(Int.self, forKey: .reportBatches)
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(since, forKey: .since)
    try values.encode(records.map { Row($0) }, forKey: .rows)
    try values.encode(environments, forKey: .environments)
    try values.encode(updates, forKey: .updates)
    try values.encode(needsLine, forKey: .needsLine)
    try values.encode(reportBatches, forKey: .reportBatches)
  }
}
