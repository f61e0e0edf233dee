import Configuration
import Foundation
import Runs
import Synchronization
import TestSupport
import Testing
import TrainedAgents
import Training

/// Says at its n-th question that the run is to stop, and from then on.
private final class Impatience: Sendable {
  private let left: Atomic<Int>

  init(questions: Int) { left = Atomic(questions) }

  var isOver: Bool { left.subtract(1, ordering: .relaxed).newValue < 0 }
}

/// Runs that are stopped in the midst of a step of their environments.
@Suite("Runs that are stopped in the midst of a step")
final class InterruptedStepTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("training-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Three environments, several updates at each row, lines, reports in two batches, evaluations of
  /// which the last comes with the end.
  private func configuration() throws -> TrainingConfiguration {
    try TrainingConfiguration.resolve(
      presets: ["debug"],
      set: [
        "run.steps=60", "run.envs=3", "run.train_ratio=32", "batch_size=2", "batch_length=4",
        "report_length=4", "consec_train=2", "run.log_every=7", "run.report_every=20",
        "run.report_batches=2", "run.eval_every=15", "run.eval_eps=3", "run.eval_envs=2",
        "run.save_every=30", "run.threads=1", "replay.fracs.uniform=0.5",
        "replay.fracs.priority=0.5",
      ]
    ).configuration
  }

  /// - Parameter questions: after so many the run is stopped.
  private func train(_ name: String, questions: Int = .max) throws -> Trainer.Outcome {
    let trainer = try Trainer(
      configuration(), in: run(name), resuming: true, makeEnvironment: { Walk() })
    let impatience = Impatience(questions: questions)
    return try trainer.run(interruptedBy: { impatience.isOver })
  }

  private func run(_ name: String) -> RunFolder {
    RunFolder(at: folder.appendingPathComponent(name))
  }

  /// The newest checkpoint's files and all lines without what depends on the clock.
  private func result(_ name: String) throws -> [String: Data] {
    let newest = try #require(run(name).completeCheckpoints().last)
    var result: [String: Data] = [:]
    for file in [newest.parameters, newest.optimizer, newest.state] {
      result[file.lastPathComponent] = try Data(contentsOf: file)
    }
    for file in [run(name).metrics, run(name).scores] {
      let text = try String(contentsOf: file, encoding: .utf8)
      let lines = try text.split(separator: "\n").map { line -> Data in
        var object =
          try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        for key in object.keys
        where ["time/", "fps/", "usage/"].contains(where: key.hasPrefix) { object[key] = nil }
        return try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
      }
      result[file.lastPathComponent] = Data(lines.joined(separator: Data("\n".utf8)))
    }
    return result
  }

  @Test("end as if nothing had been, stopped again and again", arguments: [2, 3, 7])
  func stopped(questions: Int) throws {
    #expect(try train("whole") == .finished)
    var stops = 0
    // Later and later, for an evaluation that is cut off begins again.
    while try train("stopped", questions: questions + 3 * stops) == .interrupted {
      stops += 1
      try #require(stops < 200)
    }
    #expect(stops > 5)
    #expect(try result("stopped") == result("whole"))
  }

  @Test("forget what came after their checkpoint in the same step")
  func killed() throws {
    #expect(try train("whole") == .finished)
    var questions = 40
    // Until one is stopped in an evaluation, whose line is then the next of that step.
    while true {
      _ = try train("killed", questions: questions)
      let text = try String(
        contentsOf: #require(run("killed").completeCheckpoints().last).state, encoding: .utf8)
      if text.contains("\"rest\""), text.contains("\"rows\":[]") { break }
      try FileManager.default.removeItem(at: run("killed").url)
      questions += 6
      try #require(questions < 400)
    }
    let checkpoint = try #require(run("killed").completeCheckpoints().last)
    // As if the run had gone on to its end after that checkpoint, and been lost with all others.
    for file in [\RunFolder.metrics, \RunFolder.scores, \RunFolder.events] {
      let size = try Data(contentsOf: run("killed")[keyPath: file]).count
      let more = try Data(contentsOf: run("whole")[keyPath: file])
      try #require(size > 0 && more.count > 0)
      if file == \RunFolder.events { continue }
      let lines = try String(contentsOf: run("whole")[keyPath: file], encoding: .utf8)
        .split(separator: "\n").filter { $0.contains("\"step\": \(checkpoint.step),") }
      let handle = try FileHandle(forWritingTo: run("killed")[keyPath: file])
      try handle.seekToEnd()
      for line in lines { try handle.write(contentsOf: Data("\(line)\n".utf8)) }
      try handle.close()
    }
    #expect(try train("killed") == .finished)
    #expect(try result("killed") == result("whole"))
  }
}
