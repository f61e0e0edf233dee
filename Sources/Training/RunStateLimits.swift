import Runs

extension RunState {
  /// Whether its numbers are such as a run can have; a file without a checksum can hold any.
  var isPlausible: Bool {
    let counts = CheckpointState.counts
    let previous = ratio.previous ?? 0
    let numbers =
      [
        driver.steps, reports, log.lastStep, log.lastUpdates, log.skippedUpdates, best?.step ?? 0,
      ] + driver.games.flatMap { [$0.episodes, $0.rewardChanges] } + log.sums.values.map(\.count)
    return numbers.allSatisfy { counts ~= $0 }
      && previous >= 0 && previous <= Double(counts.upperBound)
  }
}
