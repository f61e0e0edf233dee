import Agents

extension SavedState {
  /// Steps, updates and counts of all kinds: far above what anybody reaches, and low enough to be
  /// counted on from and to be calculated with.
  private static let counts = 0...1_000_000_000_000_000

  /// Whether its numbers are such as a run can have; a file without a checksum can hold any.
  var isPlausible: Bool {
    let normalizers = [
      agent.returnNormalizer, agent.valueNormalizer, agent.advantageNormalizer,
    ]
    return Self.counts ~= step && Self.counts ~= agent.updates
      && 0..<Int(Int32.max) ~= agent.slowValueCount
      && normalizers.allSatisfy { [$0.first, $0.second, $0.correction].allSatisfy(\.isFinite) }
      && run.map(Self.isPlausible) ?? true
  }

  private static func isPlausible(_ run: RunState) -> Bool {
    let previous = run.ratio.previous ?? 0
    let numbers =
      [
        run.driver.steps, run.reports, run.log.lastStep, run.log.lastUpdates,
        run.log.skippedUpdates, run.best?.step ?? 0,
      ] + run.driver.games.flatMap { [$0.episodes, $0.rewardChanges] }
      + run.log.sums.values.map(\.count)
    return numbers.allSatisfy { counts ~= $0 }
      && previous >= 0 && previous <= Double(counts.upperBound)
  }
}
