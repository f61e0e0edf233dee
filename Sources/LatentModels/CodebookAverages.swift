import Autodiff
import Foundation
import Kernels
import NeuralNetworks
import Randomness

/// A codebook that no gradient moves: its codes are averages of the rows that chose them (van den Oord et
/// al. 2017, arXiv:1711.00937v2, appendix A.1).
///
/// Departures from the paper, as vector-quantize-pytorch has them: counts are smoothed, they start at 1
/// and not at 0, and codes that are hardly ever chosen are replaced by rows. With `isDebiased`,
/// averages start at 0 and are divided by `1 - γᵗ`, as the authors' sonnet has it; then a code that is
/// never chosen becomes the zero vector at the first update.
///
/// The counts n, the sums e and the codebook are untrained parameters, so that checkpoints have them.
package struct CodebookAverages: Sendable {
  package struct Settings: Sendable, Equatable {
    /// γ: what is left of an average at each update.
    package var decay: Float = 0.99
    /// ε: see ``Kernels/Codebook/smooth(sums:counts:epsilon:into:)``.
    package var epsilon: Float = 1e-5
    /// Codes whose count is below are replaced; 0 replaces none.
    package var threshold: Float = 0
    /// The count of a code that has been replaced; nil for the threshold.
    package var reset: Float?
    package var isDebiased = false

    package init() {}
  }

  package let kind: VectorQuantization
  package let settings: Settings
  /// `[K, D]`.
  package let codebook: Parameter
  /// `[K]`: n, and `[K, D]`: e.
  private let counts: Parameter
  private let sums: Parameter

  /// Declares the codebook and its averages: `<name>/codebook`, `…/cluster_size`, `…/embed_avg`.
  ///
  /// - Parameter initializer: of the codebook. ``begin(in:)`` is still to be called.
  package init(
    _ kind: VectorQuantization, _ settings: Settings, _ initializer: Initializer,
    named name: String, in builder: inout ParameterBuilder
  ) {
    (self.kind, self.settings) = (kind, settings)
    (codebook, counts, sums) = builder.untrained { builder in
      (
        builder.declare("\(name)/codebook", shape: [kind.codes, kind.width], initializer),
        builder.declare("\(name)/cluster_size", shape: [kind.codes], .ones),
        builder.declare("\(name)/embed_avg", shape: [kind.codes, kind.width], .zeros)
      )
    }
  }

  /// Sets the averages to what they are before the first update.
  package func begin(in store: ParameterStore) {
    let arena = Arena(blockSize: kind.codes)
    withExtendedLifetime(arena) {
      if kind.isCosine { normalize(store[codebook], arena) }
    }
    if settings.isDebiased {
      store[counts].fill(0)
      store[sums].fill(0)
    } else {
      store[counts].fill(1)
      store[sums].copy(from: store[codebook])
    }
  }

  /// Moves the codebook after a batch whose rows chose codes with the codebook as it is.
  ///
  /// In this order: `n ← γn + (1-γ) counts`, `e ← γe + (1-γ) sums`, `codebook = e / ñ`, and then codes
  /// with `n_k < threshold`, in ascending order, become rows of the batch.
  ///
  /// - Parameters:
  ///   - number: of the update, from 1 on.
  ///   - batch: the rows of each shard, in the order of shards. Sums are taken in this order, so that
  ///     they have the same bits on any number of threads.
  ///   - picks: which rows replace codes.
  /// - Returns: how many codes were replaced.
  @discardableResult
  package func update(
    _ number: Int, with batch: [AssignedRows], picks: RowPicks, in store: ParameterStore
  ) -> Int {
    let arena = Arena(blockSize: 4 * codebook.count)
    return withExtendedLifetime(arena) {
      average(batch, in: store, arena)
      let share = share(afterUpdates: number)
      setCodebook(
        sums: divided(store[sums], by: share, arena),
        counts: divided(store[counts], by: share, arena), in: store, arena)
      return replaceDeadCodes(share, batch, picks.folded(number), store)
    }
  }

  /// Starts from clusters of rows (Lloyd's k-means), of which an empty one keeps its centre. Then
  /// n = the counts of the last assignment, made before the last move, and e = centre · n: averages
  /// start as sums, or codes die at the second update.
  ///
  /// - Parameters:
  ///   - batch: `[rows, D]` of each shard, at least one row in all.
  ///   - iterations: at least one.
  ///   - picks: which rows are the first centres.
  package func start(
    fromClustersOf batch: [Region], iterations: Int, picks: RowPicks, in store: ParameterStore
  ) {
    precondition(iterations > 0 && batch.contains { !$0.isEmpty }, "clusters of no rows")
    let arena = Arena(blockSize: 4 * codebook.count)
    withExtendedLifetime(arena) {
      let inputs = arena.allocate(batch.reduce(0) { $0 + $1.count })
      inputs.copy(from: batch.flatMap(\.array))
      if kind.isCosine { normalize(inputs, arena) }
      let clusters = Clusters(kind, rows: inputs, arena)
      clusters.begin(at: picks.rows(kind.codes, of: clusters.rowCount))
      for _ in 0..<iterations { clusters.move() }
      store[counts].copy(from: clusters.counts)
      Rows.scale(clusters.centres, by: clusters.counts, into: store[sums])
      setCodebook(sums: store[sums], counts: store[counts], in: store, arena)
      if settings.isDebiased { for part in [counts, sums] { store[part].fill(0) } }
    }
  }

  // MARK: parts of an update

  /// What an average that started at zero lacks: `1 - γᵗ`; 1 of one that did not.
  private func share(afterUpdates number: Int) -> Float {
    settings.isDebiased ? 1 - Float(pow(Double(settings.decay), Double(number))) : 1
  }

  private func divided(_ average: Region, by share: Float, _ arena: Arena) -> Region {
    let result = arena.allocateZeros(average.count)
    result.add(1 / share, times: average)
    return result
  }

  /// The averages of counts and sums.
  private func average(_ batch: [AssignedRows], in store: ParameterStore, _ arena: Arena) {
    let newCounts = arena.allocateZeros(kind.codes)
    let newSums = arena.allocateZeros(codebook.count)
    for rows in batch {
      Codebook.addCounts(of: rows.choices, to: newCounts)
      Codebook.addRows(rows.inputs, by: rows.choices, width: kind.width, to: newSums)
    }
    store[counts].blend(1 - settings.decay, of: newCounts)
    store[sums].blend(1 - settings.decay, of: newSums)
  }

  private func setCodebook(
    sums: Region, counts: Region, in store: ParameterStore, _ arena: Arena
  ) {
    Codebook.smooth(
      sums: sums, counts: counts, epsilon: settings.epsilon, into: store[codebook])
    if kind.isCosine { normalize(store[codebook], arena) }
  }

  private func replaceDeadCodes(
    _ share: Float, _ batch: [AssignedRows], _ picks: RowPicks, _ store: ParameterStore
  ) -> Int {
    let numbers = store[counts].array
    let dead = numbers.indices.filter { numbers[$0] / share < settings.threshold }
    let total = batch.reduce(0) { $0 + $1.choices.count }
    let count = (settings.reset ?? settings.threshold) * share
    for (code, row) in zip(dead, picks.rows(dead.count, of: total)) {
      guard let input = Self.row(row, of: batch, width: kind.width) else { continue }
      let place = code..<code + 1
      store[codebook].rows(place, columns: kind.width).copy(from: input)
      store[counts][code] = count
      let sum = store[sums].rows(place, columns: kind.width)
      sum.fill(0)
      sum.add(count, times: input)
    }
    return dead.count
  }

  /// A row of all shards'.
  private static func row(_ row: Int, of batch: [AssignedRows], width: Int) -> Region? {
    var row = row
    for part in batch {
      if row < part.choices.count { return part.inputs.rows(row..<row + 1, columns: width) }
      row -= part.choices.count
    }
    return nil
  }

  private func normalize(_ rows: Region, _ arena: Arena) {
    Rows.normalize(rows, into: rows, lengths: arena.allocate(rows.count / kind.width))
  }
}

/// Rows of a shard with the codes that they chose.
package struct AssignedRows: Sendable {
  /// `[rows]`: which code, as floats.
  package let choices: Region
  /// `[rows, D]`.
  package let inputs: Region

  package init(choices: Region, inputs: Region) {
    (self.choices, self.inputs) = (choices, inputs)
  }
}

extension QuantizedRows {
  /// What moves a codebook by averages.
  package var assigned: AssignedRows { AssignedRows(choices: choices, inputs: inputs.values) }
}

/// Which rows of a batch are taken for codes.
package enum RowPicks: Sendable {
  /// These, one after the other.
  case given([Int])
  /// Draws: no row twice as long as there are others.
  case drawn(Key)

  /// The picks of a numbered update.
  func folded(_ number: Int) -> RowPicks {
    if case .drawn(let key) = self { .drawn(key.fold(number)) } else { self }
  }

  func rows(_ count: Int, of total: Int) -> [Int] {
    switch self {
    case .given(let rows):
      precondition(
        rows.count >= count && rows.prefix(count).allSatisfy { 0..<total ~= $0 },
        "\(rows.count) picks for \(count) codes from \(total) rows")
      return Array(rows.prefix(count))
    case .drawn(let key):
      var generator = Generator(key: key)
      if count > total { return (0..<count).map { _ in generator.integer(below: total) } }
      var rows = Array(0..<total)
      generator.shuffle(&rows)
      return Array(rows.prefix(count))
    }
  }
}

/// Lloyd's k-means.
private struct Clusters {
  let kind: VectorQuantization
  /// `[rows, D]`.
  let rows: Region
  /// `[K, D]`.
  let centres: Region
  /// `[K]`: rows of each, as they were assigned last.
  let counts: Region
  private let sums: Region
  private let choices: Region
  private let arena: Arena

  var rowCount: Int { choices.count }

  init(_ kind: VectorQuantization, rows: Region, _ arena: Arena) {
    (self.kind, self.rows, self.arena) = (kind, rows, arena)
    let numbers = kind.codes * kind.width
    (centres, sums) = (arena.allocate(numbers), arena.allocate(numbers))
    (counts, choices) = (arena.allocate(kind.codes), arena.allocate(rows.count / kind.width))
  }

  func begin(at picks: [Int]) {
    for (code, row) in picks.enumerated() {
      part(code, of: centres).copy(from: part(row, of: rows))
    }
  }

  /// Assigns each row to its nearest centre and moves the centres to their means.
  func move() {
    let mark = arena.mark
    Codebook.choose(
      rows, from: centres, width: kind.width, by: kind.measure, into: choices, arena)
    for sum in [counts, sums] { sum.fill(0) }
    Codebook.addCounts(of: choices, to: counts)
    Codebook.addRows(rows, by: choices, width: kind.width, to: sums)
    for code in 0..<kind.codes where counts[code] > 0 {
      let centre = part(code, of: centres)
      centre.fill(0)
      centre.add(1 / counts[code], times: part(code, of: sums))
    }
    if kind.isCosine {
      Rows.normalize(centres, into: centres, lengths: arena.allocate(kind.codes))
    }
    arena.rewind(to: mark)
  }

  private func part(_ row: Int, of rows: Region) -> Region {
    rows.rows(row..<row + 1, columns: kind.width)
  }
}
