import Foundation

/// Whether each latent matters to one factor, and each factor needs one latent, by how much each latent
/// helps to predict each factor: Eastwood and Williams 2018, "A framework for the quantitative
/// evaluation of disentangled representations", section 2.
package struct Disentanglement: Sendable, Equatable {
  /// `[D]`: 1 where a latent matters to one factor alone, 0 where to all alike.
  package let perLatent: [Double]
  /// `[F]`: 1 where one latent alone tells of a factor, 0 where all do alike.
  package let perFactor: [Double]
  /// The mean over latents, each weighted by its importance.
  package let disentanglement: Double
  /// The mean over factors, each weighted by its importance.
  package let completeness: Double

  /// - Parameter importance: `[D][F]`, at least 0.
  /// - Throws: ``StatisticsError`` where one is negative or not finite.
  package init(importance: [[Double]]) throws {
    let width = importance.first?.count ?? 0
    precondition(
      width > 0 && importance.allSatisfy { $0.count == width }, "importances of no one shape")
    for (latent, row) in importance.enumerated() {
      for (factor, value) in row.enumerated() where !(value >= 0 && value.isFinite) {
        throw StatisticsError(
          "the importance of latent \(latent) for factor \(factor) is \(value)",
          remedy: "give importances of 0 or more")
      }
    }
    let columns = (0..<width).map { factor in importance.map { $0[factor] } }
    (perLatent, disentanglement) = Self.scores(importance)
    (perFactor, completeness) = Self.scores(columns)
  }

  /// `1 − H(row)` with logarithms to the base of a row's length, and their mean by the rows' sums.
  private static func scores(_ rows: [[Double]]) -> ([Double], Double) {
    let scores = rows.map { row -> Double in
      guard row.count > 1 else { return 1 }
      // The peers' offset: a row of zeros is one where all are alike.
      let total = row.reduce(0) { $0 + $1 + 1e-11 }
      return row.reduce(1) { score, value in
        let share = (value + 1e-11) / total
        return score + share * log(share) / log(Double(row.count))
      }
    }
    let weights = rows.map { $0.reduce(0, +) }
    let total = weights.reduce(0, +)
    guard total > 0 else { return (scores, scores.reduce(0, +) / Double(scores.count)) }
    return (scores, zip(scores, weights).reduce(0) { $0 + $1.0 * $1.1 } / total)
  }
}

/// How well factors can be told from latents, by boosted trees, and which latents it takes:
/// informativeness and the importances for ``Disentanglement``.
package struct FactorPrediction: Sendable, Equatable {
  /// `[D][F]`; each factor's add up to 1, or are all 0 where nothing helps.
  package let importance: [[Double]]
  /// `[F]`: the share of held-out inputs whose class is told.
  package let accuracies: [Double]
  /// `[F]`: the share of held-out inputs in the class that is commonest among the others.
  package let baselines: [Double]
  /// Held-out inputs.
  package let heldOut: Int
  private let factors: Factors

  /// Learns from the even rows and is tested on the odd ones.
  ///
  /// - Parameters:
  ///   - latents: `[N, D]`, in an order in which neighbours are no more alike than others.
  ///   - factors: of the same N inputs.
  /// - Throws: ``StatisticsError`` where there is but one input.
  package init(
    _ latents: Points, _ factors: Factors, _ settings: BoostedTrees.Settings = .init()
  ) throws {
    precondition(
      latents.count == factors.count, "\(latents.count) latents of \(factors.count) inputs")
    guard latents.count > 1 else {
      throw StatisticsError(
        "a single input leaves none to test on", remedy: "give at least two")
    }
    let even = Array(stride(from: 0, to: latents.count, by: 2))
    let odd = Array(stride(from: 1, to: latents.count, by: 2))
    let (fit, test) = (latents.rows(even), latents.rows(odd))
    var (columns, accuracies, baselines) = ([[Double]](), [Double](), [Double]())
    for (classes, count) in zip(factors.classes, factors.classCounts) {
      let known = even.map { classes[$0] }
      let truth = odd.map { classes[$0] }
      let trees = BoostedTrees(fit, labels: known, classes: count, settings)
      func share(_ isRight: (Int, Int) -> Bool) -> Double {
        Double(truth.indices.count { isRight($0, truth[$0]) }) / Double(truth.count)
      }
      let predictions = trees.predictions(test)
      let counts = (0..<count).map { label in known.count { $0 == label } }
      let commonest = counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
      columns.append(trees.importances)
      accuracies.append(share { predictions[$0] == $1 })
      baselines.append(share { $1 == commonest })
    }
    importance = (0..<latents.dimensions).map { latent in columns.map { $0[latent] } }
    (self.accuracies, self.baselines) = (accuracies, baselines)
    (self.factors, heldOut) = (factors, odd.count)
  }

  /// The mean of the accuracies.
  package var informativeness: Double { accuracies.reduce(0, +) / Double(accuracies.count) }

  /// "factors told on 83.6 % of 150 held-out inputs (26.0 % without looking), least of all 'cell'".
  package var sentence: String {
    func percent(_ share: Double) -> String { (100 * share).formatted(digits: 1) }
    let blind = baselines.reduce(0, +) / Double(baselines.count)
    let worst = accuracies.indices.reduce(0) { accuracies[$1] < accuracies[$0] ? $1 : $0 }
    let least = accuracies.count > 1 ? ", least of all \(factors.list([worst]))" : ""
    return "factors told on \(percent(informativeness)) % of "
      + "\(counted(heldOut, "held-out input")) (\(percent(blind)) % without looking)\(least)"
  }
}

extension Disentanglement {
  /// "disentanglement 0.72, completeness 0.72 (1 is one latent for each factor, 0 is all for all)".
  package var sentence: String {
    "disentanglement \(disentanglement.formatted(digits: 2)), completeness "
      + "\(completeness.formatted(digits: 2)) (1 is one latent for each factor, 0 is all for all)"
  }
}
