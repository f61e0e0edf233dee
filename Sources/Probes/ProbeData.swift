import EnvironmentInterface
import Kernels
import Statistics

/// The moments of episodes as rows, in three parts: to fit to, to choose by, to test on.
struct ProbeData {
  let table: FeatureTable
  /// What was true in each row.
  let truth: [[TrueValue]]
  /// Rows to fit to while the strength is chosen, and rows to choose by.
  let fit: Range<Int>
  let choice: Range<Int>
  /// Rows to test on.
  let test: Range<Int>
  private let deter: Int

  /// Both of the first two.
  var known: Range<Int> { 0..<choice.upperBound }

  init(_ episodes: [ProbedEpisode], deter: Int, fitEpisodes: Int) {
    self.deter = deter
    truth = episodes.flatMap(\.truth)
    func rows(_ count: Int) -> Int { episodes.prefix(count).reduce(0) { $0 + $1.truth.count } }
    let fitEnd = rows(fitEpisodes - max(fitEpisodes / 5, 1))
    fit = 0..<fitEnd
    choice = fitEnd..<rows(fitEpisodes)
    test = choice.upperBound..<truth.count
    let features = episodes.flatMap { $0.features(deter: deter) }
    table = FeatureTable(
      features, columns: features.count / truth.count, fitRows: choice.upperBound)
  }

  /// The features of a probe by its kind.
  private var sets: (deter: Range<Int>, stoch: Range<Int>, both: Range<Int>) {
    (0..<deter, deter..<table.columns, 0..<table.columns)
  }

  private func scores(_ score: (Range<Int>) -> Double) -> ProbeTable.Scores {
    ProbeTable.Scores(
      deter: score(sets.deter), stoch: score(sets.stoch), both: score(sets.both))
  }

  /// Probes for one thing of the true state.
  func line(_ index: Int) -> ProbeTable.Line {
    let name = truth[0][index].name
    switch truth[0][index].value {
    case .choice:
      return choiceLine(
        name,
        truth.map { if case .choice(let number, _) = $0[index].value { number } else { -1 } })
    case .number:
      return numberLine(
        name, truth.map { if case .number(let value) = $0[index].value { value } else { .nan } })
    }
  }
}

extension ProbedEpisode {
  /// `[rows, D + S · C]`.
  func features(deter: Int) -> [Float] {
    let stoch = states.stoch.count / truth.count
    return truth.indices.flatMap { row in
      states.deter[row * deter..<(row + 1) * deter]
        + states.stoch[row * stoch..<(row + 1) * stoch]
    }
  }
}

// MARK: - numbers

extension ProbeData {
  /// Shares of a standardised feature's variance.
  private static let ridgeStrengths = [1e-1, 1e-2, 1e-3, 1e-4]

  private func numberLine(_ name: String, _ values: [Double]) -> ProbeTable.Line {
    let varies = values[known].contains { $0 != values[0] }
    let parts = varies ? [fit, choice].map { equations($0, values) } : []
    return ProbeTable.Line(
      name: name, classes: nil,
      scores: varies ? scores { determination($0, values, parts[0], parts[0] + parts[1]) } : nil,
      baseline: 0)
  }

  private func equations(_ rows: Range<Int>, _ values: [Double]) -> NormalEquations {
    NormalEquations(table, rows: rows, targets: Array(values[rows]))
  }

  /// R² on the test rows of the probe whose strength does best on the rows to choose by.
  private func determination(
    _ columns: Range<Int>, _ values: [Double], _ fitted: NormalEquations, _ all: NormalEquations
  ) -> Double {
    func score(_ equations: NormalEquations, _ strength: Double, on rows: Range<Int>) -> Double {
      guard let map = equations.regression(columns: columns, strength: strength) else {
        return -.infinity
      }
      return explainedShare(
        of: map.predictions(table, rows: rows, columns: columns), Array(values[rows]))
    }
    let best = Self.best(Self.ridgeStrengths.map { score(fitted, $0, on: choice) })
    return score(all, Self.ridgeStrengths[best], on: test)
  }

  /// The number of the highest score, of equal ones the first: the strongest penalty.
  private static func best(_ scores: [Double]) -> Int {
    scores.indices.dropFirst().reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
  }
}

// MARK: - classes

extension ProbeData {
  private static let logisticStrengths = [1e-2, 1e-3, 1e-4]

  private func choiceLine(_ name: String, _ numbers: [Int]) -> ProbeTable.Line {
    // Only the classes that there are to learn from get a number.
    let found = Set(numbers[known]).sorted()
    let labels = numbers.map { found.firstIndex(of: $0) ?? -1 }
    let counts = found.indices.map { label in labels[known].count { $0 == label } }
    let commonest = counts.indices.max { counts[$0] < counts[$1] } ?? 0
    return ProbeTable.Line(
      name: name, classes: found.count,
      scores: found.count > 1 ? scores { accuracy($0, labels, classes: found.count) } : nil,
      baseline: share(Array(repeating: commonest, count: test.count), labels, test))
  }

  /// The share of test rows that are read rightly by the probe whose strength does best on the rows to
  /// choose by.
  private func accuracy(_ columns: Range<Int>, _ labels: [Int], classes: Int) -> Double {
    func fitted(
      _ rows: Range<Int>, _ strength: Double, from start: LogisticRegression?
    ) -> LogisticRegression {
      LogisticRegression(
        table.part(rows, columns: columns), labels: Array(labels[rows]), classes: classes,
        strength: strength, from: start)
    }
    func score(_ map: LogisticRegression, _ rows: Range<Int>) -> Double {
      share(map.predictions(table.part(rows, columns: columns)), labels, rows)
    }
    var maps: [LogisticRegression] = []
    for strength in Self.logisticStrengths {
      maps.append(fitted(fit, strength, from: maps.last))
    }
    let best = Self.best(maps.map { score($0, choice) })
    return score(fitted(known, Self.logisticStrengths[best], from: maps[best]), test)
  }

  private func share(_ predictions: [Int], _ labels: [Int], _ rows: Range<Int>) -> Double {
    Double(zip(predictions, labels[rows]).count { $0 == $1 }) / Double(max(rows.count, 1))
  }
}
