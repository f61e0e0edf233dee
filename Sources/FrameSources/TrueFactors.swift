import EnvironmentInterface
import Foundation
import Runs

extension FrameFactor {
  /// Bins of a number that has more values than that.
  package static let mostBins = 20

  /// A number of each frame. Where there are at most ``mostBins`` different ones, each is a class; else
  /// the range from the smallest to the largest is cut into that many bins of one width, of which those
  /// count that have a frame. A number that is not finite is of a class of its own.
  ///
  /// - Returns: nil where there are fewer than two classes.
  package static func binned(_ name: String, _ numbers: [Double]) -> FrameFactor? {
    let found = Set(numbers.filter(\.isFinite)).sorted()
    guard let least = found.first, let most = found.last else { return nil }
    guard found.count > mostBins else {
      let names = found.map { $0 == $0.rounded() && abs($0) < 1e9 ? "\(Int($0))" : $0.short }
      let classes = Dictionary(uniqueKeysWithValues: found.enumerated().map { ($1, $0) })
      return numbered(name, numbers.map { classes[$0] ?? found.count }, names + [unknown])
    }
    // Halves of the bounds: their difference may be more than a `Double` holds.
    let width = (most / 2 - least / 2) / Double(mostBins)
    let edges = (0...mostBins).map { 2 * (least / 2 + width * Double($0)) }
    let names = (0..<mostBins).map { "\(edges[$0].short)…\(edges[$0 + 1].short)" }
    return numbered(
      name,
      numbers.map { number in
        guard number.isFinite else { return mostBins }
        return min(Int((number / 2 - least / 2) / width), mostBins - 1)
      }, names + [unknown])
  }

  /// What numbers are called that are none.
  private static let unknown = "not finite"

  /// A class number of each frame, of which only those count that occur.
  ///
  /// - Returns: nil where there are fewer than two.
  static func numbered(_ name: String, _ numbers: [Int], _ names: [String]) -> FrameFactor? {
    let found = Set(numbers).sorted()
    guard found.count > 1 else { return nil }
    let classes = Dictionary(uniqueKeysWithValues: found.enumerated().map { ($1, $0) })
    return FrameFactor(
      name: name, classNames: found.map { names.indices.contains($0) ? names[$0] : "\($0)" },
      values: numbers.map { classes[$0] ?? 0 })
  }
}

/// What was true of a world at each frame, as numbers.
struct TrueHistory {
  /// What was true at the first frame: names, and the alternatives of choices.
  private var first: [TrueValue] = []
  /// The numbers of each name, and of choices their class numbers.
  private var columns: [[Double]] = []
  private(set) var count = 0

  /// - Parameter truth: the same names in the same order each time.
  mutating func append(_ truth: [TrueValue]) {
    if count == 0 {
      first = truth
      columns = truth.map { _ in [] }
    }
    for (index, value) in truth.enumerated() { columns[index].append(value.value.number) }
    count += 1
  }

  /// What changed, in the world's order. A choice among places that are called `x, y` is two factors,
  /// for a place has two coordinates, each of which a model can find by itself.
  var factors: [FrameFactor] {
    zip(first, columns).flatMap { value, numbers -> [FrameFactor?] in
      guard case .choice(_, of: let names) = value.value else {
        return [.binned(value.name, numbers)]
      }
      let choices = numbers.map { Int($0) }
      guard let places = Places(names) else { return [.numbered(value.name, choices, names)] }
      return [
        .numbered("\(value.name) x", choices.map { places.x[$0] }, []),
        .numbered("\(value.name) y", choices.map { places.y[$0] }, []),
      ]
    }.compactMap { $0 }
  }
}

/// The coordinates of alternatives that are all called `x, y`.
private struct Places {
  let x: [Int]
  let y: [Int]

  /// nil where one of them is called otherwise.
  init?(_ names: [String]) {
    let pairs = names.compactMap { name -> (Int, Int)? in
      let parts = name.split(separator: ",").map {
        Int($0.trimmingCharacters(in: .whitespaces))
      }
      guard parts.count == 2, let x = parts[0], let y = parts[1] else { return nil }
      return (x, y)
    }
    guard pairs.count == names.count else { return nil }
    (x, y) = (pairs.map(\.0), pairs.map(\.1))
  }
}

extension TrueValue.Value {
  fileprivate var number: Double {
    switch self {
    case .choice(let number, _): Double(number)
    case .number(let number): number
    }
  }
}
