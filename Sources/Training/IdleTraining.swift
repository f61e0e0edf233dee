import Configuration
import TrainedAgents
import Worlds

extension TrainingConfiguration {
  /// Why a run with these settings learns nothing; nil where nothing says that it does not.
  public var idleness: String? {
    let rows = batchSize * batchLength
    let updates = run.trainRatio * Double(run.steps) / Double(rows)
    if run.trainRatio == 0 { return "run.train_ratio is 0: nothing is learned" }
    guard updates < 1 else { return nil }
    return "run.train_ratio=\(run.trainRatio) of run.steps=\(run.steps) are fewer rows than the "
      + "\(rows) of one update: nothing is learned; raise one of them"
  }
}

extension ResolvedConfiguration<TrainingConfiguration> {
  /// What was set by hand and has no effect on a run, each with the reason.
  package var effectless: [String] {
    let rows = ConfigurationTable(configuration).rows.filter { row in
      if case .option = origins[row.key] { true } else { false }
    }
    return rows.compactMap { row in
      effectlessness(of: row).map { "\(row.key)=\(row.value.yaml) has no effect: \($0)" }
    }
  }

  private func effectlessness(of row: ConfigurationTable<TrainingConfiguration>.Row) -> String? {
    let family = configuration.task.split(separator: "/").first ?? ""
    let families = EnvironmentRegistry.families.map { $0.name }
    if families.contains("\(family)"),
      families.contains(where: { $0 != family && row.key.hasPrefix("env.\($0).") })
    {
      return "the environment is \(configuration.task)"
    }
    if row.key.hasPrefix("bench.") { return "it is for dreamer bench" }
    let schedules = [
      "run.log_every", "run.report_every", "run.save_every", "run.eval_every", "run.keep.every",
    ]
    guard schedules.contains(row.key), let every = row.value.numeric,
      every > Double(configuration.run.steps)
    else { return nil }
    return "the run ends before, at step \(configuration.run.steps)"
  }
}

extension Trainer {
  /// Why a run that has ended made no update; nil where it made some.
  public var idleness: String? {
    guard learner.state.updates == 0 else { return nil }
    return configuration.idleness
      ?? "no update was made: after \(step) steps replay held too little for a batch, "
      + "\(configuration.batchSize) sequences of \(configuration.windowLength) steps; make more steps"
  }
}
