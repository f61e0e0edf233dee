import EnvironmentInterface
import Foundation
import Gridworld
import Randomness
import Testing

/// Our layouts against MiniGrid's: 2,000 of each world here and there.
@Suite("Layouts against MiniGrid's")
struct LayoutHistogramTests {
  /// How often each feature had each value.
  typealias Histograms = [String: [Int: Int]]

  /// Of a thousand histograms chance puts one beyond the bound: with seeds 0 to 3 one each, with this
  /// one none (`Experiments/Layouts`).
  private static let seed: UInt64 = 4

  /// What `Experiments/Layouts/layouts.py` wrote.
  private struct Recorded: Decodable {
    var layouts: Int
    var worlds: [String: [String: [String: Int]]]

    /// The histograms of a world.
    func histograms(of name: String) -> Histograms {
      (worlds[name] ?? [:]).mapValues { counts in
        counts.reduce(into: [:]) { $0[Int($1.key) ?? .min] = $1.value }
      }
    }
  }

  private static let reading: Result<Recorded, any Error> = Result {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Experiments/Layouts/minigrid.json").standardized
    return try JSONDecoder().decode(Recorded.self, from: Data(contentsOf: file))
  }

  /// Draws layouts, each changed if asked for.
  private static func histograms(
    _ name: String, _ count: Int,
    changing change: (inout Layout, Int) -> Void = { _, _ in }
  ) throws -> Histograms {
    let family = try #require(GridworldEnvironments.family("gridworld/\(name)"))
    let key = Key(seed: Self.seed).fold(name)
    var histograms: Histograms = [:]
    for index in 0..<count {
      var generator = Generator(key: key.fold(index))
      var layout = family.makeLayout(using: &generator)
      change(&layout, index)
      var features = LayoutFeatures(of: layout)
      if name.hasPrefix("Dynamic-Obstacles") {
        features.addMoves(in: family, from: layout, key: key.fold(index))
      }
      for (feature, value) in features.values {
        histograms[feature, default: [:]][value, default: 0] += 1
      }
    }
    for (feature, counts) in histograms {
      // Layouts in which nothing has the feature.
      let missing = count - counts.values.reduce(0, +)
      if missing > 0 { histograms[feature]?[-1] = missing }
    }
    return histograms
  }

  private static func compare(_ ours: Histograms, _ theirs: Histograms) -> [String: Double] {
    theirs.reduce(into: [:]) { probabilities, histogram in
      let counts = ours[histogram.key] ?? [:]
      probabilities[histogram.key] = TwoSampleTest(counts, histogram.value).probability
    }
  }

  @Test("all worlds are compared, each by a good number of features")
  func complete() throws {
    let recorded = try Self.reading.get()
    #expect(recorded.layouts == 2000)
    #expect(
      recorded.worlds.keys.map { "gridworld/\($0)" }.sorted() == GridworldEnvironments.ids.sorted())
    for (name, histograms) in recorded.worlds {
      #expect(histograms.count > 15, "\(name)")
      #expect(histograms.values.allSatisfy { $0.values.reduce(0, +) == 2000 }, "\(name)")
    }
  }

  @Test("no histogram differs more than chance allows, and small differences are as frequent")
  func histograms() throws {
    let recorded = try Self.reading.get()
    var all: [Double] = []
    for name in recorded.worlds.keys.sorted() {
      let ours = try Self.histograms(name, recorded.layouts)
      let probabilities = Self.compare(ours, recorded.histograms(of: name))
      let different = probabilities.filter { $0.value <= 0.001 }
      #expect(different.isEmpty, "\(name)")
      // What takes one value alone says nothing more.
      all += probabilities.values.filter { $0 < 1 }
    }
    #expect(all.count > 500)
    // Features of one world hang together, so shares stray more than those of independent draws.
    for bound in [0.05, 0.25, 0.5, 0.75] {
      let share = Double(all.count { $0 < bound }) / Double(all.count)
      #expect(abs(share - bound) < 0.1, "\(share) are below \(bound)")
    }
  }

  /// What a family that is wrong in one thing looks like: of which feature, and how it differs.
  struct Mistake: Sendable, CustomTestStringConvertible {
    var world: String
    var feature: String
    var what: String
    var change: @Sendable (inout Layout, Int) -> Void

    var testDescription: String { what }
  }

  static let mistakes = [
    Mistake(
      world: "DoorKey-8x8", feature: "direction", what: "one agent in ten looks right",
      change: { layout, index in if index.isMultiple(of: 10) { layout.agent.direction = .right } }),
    Mistake(
      world: "LavaGapS7", feature: "layout", what: "no gap in the lowest row",
      change: { layout, _ in
        guard let x = layout.grid.positions(of: .lava).first?.x, layout.grid[x, 5] == .empty
        else { return }
        layout.grid[x, 5] = .lava
        layout.grid[x, 4] = .empty
      }),
    Mistake(
      world: "Unlock", feature: "key 0 colour", what: "the key is never grey",
      change: { layout, _ in
        for place in layout.grid.positions(of: .key) where layout.grid[place].color == .grey {
          layout.grid[place].color = .red
        }
      }),
    Mistake(
      world: "FourRooms", feature: "row 9", what: "the left gap is one further left",
      change: { layout, _ in
        guard let gap = (2..<9).first(where: { layout.grid[$0, 9] == .empty }) else { return }
        layout.grid[gap, 9] = .wall
        layout.grid[gap - 1, 9] = .empty
      }),
  ]

  @Test("a small mistake is noticed", arguments: mistakes)
  func noticed(mistake: Mistake) throws {
    let recorded = try Self.reading.get()
    let ours = try Self.histograms(
      mistake.world, recorded.layouts, changing: mistake.change)
    let probabilities = Self.compare(ours, recorded.histograms(of: mistake.world))
    #expect(try #require(probabilities[mistake.feature]) < 0.001)
  }

  @Test("the probabilities are those of tables of the chi-square distribution")
  func tables() {
    for (degrees, statistic, probability) in [
      (1.0, 3.841459, 0.05), (2, 13.815511, 0.001), (10, 18.307038, 0.05), (10, 3.940299, 0.95),
      (100, 149.449253, 0.001), (300, 381.425, 0.001),
    ] {
      let ours = upperGamma(degrees / 2, statistic / 2)
      #expect(abs(ours - probability) < 1e-4 * probability, "\(degrees) degrees: \(ours)")
    }
  }

  @Test("rare values are pooled with their neighbours")
  func pooling() {
    // Bins {1, 2}, {3} and {4, 5}, and (5 - 7)²/12 + (20 - 10)²/30 + (5 - 13)²/18.
    let test = TwoSampleTest([1: 4, 2: 1, 3: 20, 4: 5], [1: 5, 2: 2, 3: 10, 4: 9, 5: 4])
    #expect(test.degreesOfFreedom == 2)
    #expect(abs(test.statistic - (4.0 / 12 + 100.0 / 30 + 64.0 / 18)) < 1e-12)
    #expect(TwoSampleTest([7: 2000], [7: 2000]).probability == 1)
  }
}
