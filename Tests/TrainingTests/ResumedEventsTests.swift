import Configuration
import Foundation
import Runs
import Telemetry
import Testing
import TrainedAgents
import Training

@Suite("The event file of a run that was interrupted")
struct ResumedEventsTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("training-\(UUID().uuidString)")

  /// Plays without learning, which takes no time.
  private func run(_ name: String, resuming: Bool = false, stoppingAt last: Int? = nil) throws {
    let configuration = try TrainingConfiguration.resolve(
      task: "gridworld/Empty-5x5", presets: ["debug"],
      set: ["run.train_ratio=0", "run.report_every=0", "env.wrap.time_limit=10"]
    ).configuration
    let trainer = try Trainer(
      configuration, in: RunFolder(at: folder.appendingPathComponent(name)), resuming: resuming)
    _ = try trainer.run { trainer.step == last }
  }

  private func url(_ name: String) -> URL {
    RunFolder(at: folder.appendingPathComponent(name)).events
  }

  /// The events without what depends on the clock.
  private func events(_ name: String) throws -> [Event] {
    var reader = try EventReader(contentsOf: url(name))
    var events: [Event] = []
    while var event = try reader.next() {
      event.wallTime = 0
      if case .summary(let summaries) = event.content {
        event.content = .summary(
          summaries.filter { summary in
            !["time/", "fps/", "usage/"].contains { summary.tag.hasPrefix($0) }
          })
      }
      events.append(event)
    }
    return events
  }

  @Test("it is that of a run that was not, wherever it was stopped and whatever came later")
  func resumed() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try run("whole")
    let whole = try events("whole")
    #expect(whole.last?.step == 200)
    for last in [2, 74, 100, 198] {
      try run("\(last)", stoppingAt: last)
      // As if the process had gone on for a while after its last checkpoint.
      try FileManager.default.removeItem(at: url("\(last)"))
      try FileManager.default.copyItem(at: url("whole"), to: url("\(last)"))
      try run("\(last)", resuming: true)
      #expect(try events("\(last)") == whole)
    }
  }
}
