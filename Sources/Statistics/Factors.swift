/// What is true of each of N inputs: F factors, each one of some classes.
package struct Factors: Sendable, Equatable {
  package let names: [String]
  /// For each factor, `[N]` numbers from 0 on, in the order of the values that there were.
  package let classes: [[Int]]

  /// - Parameters:
  ///   - values: `[N, F]`, whole numbers that name classes.
  ///   - names: `[F]`, which sentences use.
  /// - Throws: ``StatisticsError`` where there are none.
  package init(_ values: [Int], names: [String]) throws {
    precondition(
      !names.isEmpty && values.count % names.count == 0,
      "\(values.count) numbers of \(names.count) factors")
    guard !values.isEmpty else {
      throw StatisticsError("no input has factors", remedy: "give at least one input")
    }
    self.names = names
    classes = names.indices.map { factor in
      let column = stride(from: factor, to: values.count, by: names.count).map { values[$0] }
      let found = Set(column).sorted()
      let numbers = Dictionary(uniqueKeysWithValues: found.enumerated().map { ($1, $0) })
      return column.map { numbers[$0] ?? 0 }
    }
  }

  /// N.
  package var count: Int { classes[0].count }

  /// How many classes each factor has; 1 of one that does not vary.
  package var classCounts: [Int] { classes.map { ($0.max() ?? 0) + 1 } }

  /// The names of factors, for a sentence: "'colour' and 'shape'".
  func list(_ factors: [Int]) -> String {
    let quoted = factors.map { "'\(names[$0])'" }
    return quoted.count < 2
      ? quoted.joined()
      : quoted.dropLast().joined(separator: ", ") + " and " + (quoted.last ?? "")
  }
}
