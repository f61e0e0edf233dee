/// Names of keys: their two spellings, and which is meant by one that is not there.
package enum ConfigurationNames {
  /// `freeNats` as `free_nats`.
  static func snakeCase(_ property: String) -> String {
    property.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }

  /// `free_nats` as `freeNats`.
  static func camelCase(_ key: String) -> String {
    let words = key.split(separator: "_")
    return words.dropFirst().reduce(words.first.map(String.init) ?? "") {
      $0 + $1.prefix(1).uppercased() + $1.dropFirst()
    }
  }

  /// The candidate that a misspelt name most likely means; nil where there are no candidates.
  ///
  /// That is the one with the fewest edits; a dotted name whose last part is right wins over those
  /// where it is not. The first of equals is taken.
  package static func nearest(to name: String, among candidates: [String]) -> String? {
    let last = lastPart(name)
    let exact = candidates.filter { lastPart($0) == last }
    return (exact.isEmpty ? candidates : exact)
      .map { ($0, editDistance(name, $0) + editDistance(last, lastPart($0))) }
      .min { $0.1 < $1.1 }?.0
  }

  private static func lastPart(_ name: String) -> String {
    name.split(separator: ".").last.map(String.init) ?? name
  }

  /// Insertions, deletions and substitutions that turn one text into the other (Levenshtein 1966).
  package static func editDistance(_ from: String, _ to: String) -> Int {
    let to = Array(to)
    var row = Array(0...to.count)
    for (index, character) in from.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in to.indices {
        let substituted = diagonal + (character == to[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(substituted, row[column] + 1, diagonal + 1)
      }
    }
    return row[to.count]
  }
}
