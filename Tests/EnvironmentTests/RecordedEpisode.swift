import Foundation
import Gridworld
import Testing

/// The folder of recorded episodes.
private let traces = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../Fixtures/traces").standardized

/// Reads a file of the folder of recorded episodes.
func readTrace(_ name: String) throws -> SafeTensors {
  try SafeTensors(contentsOf: traces.appending(path: "\(name).safetensors"))
}

/// An episode that MiniGrid played; the file's arrays are described in `Fixtures/traces/README.md`.
struct RecordedGridEpisode {
  static let names = ["5x5", "8x8", "Random-6x6"].flatMap { ["Empty-\($0)-0", "Empty-\($0)-1"] }

  let maxSteps: Int
  let start: Layout
  let lastGrid: [UInt8]
  let actions: [Int]
  let rewards: [Float]
  let terminated: [Bool]
  let truncated: [Bool]
  /// The start's and those after each step.
  let agents: [Agent]
  /// Symbolic views `[7, 7, 3]`.
  let views: [[UInt8]]
  /// Pictures `[56, 56, 3]` of the first moments.
  let pictures: [[UInt8]]

  init(_ name: String) throws {
    let file = try readTrace("grid-\(name)")
    let shape = try #require(file["grid0"]).shape
    maxSteps = try #require(file.metadata["max_steps"].flatMap { Int($0) })
    let grid = Grid(
      encoding: try #require(file["grid0"]?.bytes), width: shape[0], height: shape[1])
    lastGrid = try #require(file["grid1"]?.bytes)
    actions = try #require(file["action"]?.integers)
    rewards = try #require(file["reward"]?.floats)
    terminated = try #require(file["terminated"]?.bytes).map { $0 != 0 }
    truncated = try #require(file["truncated"]?.bytes).map { $0 != 0 }
    agents = try Self.rows(of: #require(file["agent"]?.integers), count: 3).map(Self.agent)
    let first = try Self.agent(#require(file["agent0"]?.integers))
    start = Layout(grid: try #require(grid), agent: first)
    views = Self.rows(of: try #require(file["obs"]?.bytes), count: 7 * 7 * 3)
    pictures = Self.rows(of: try #require(file["rgb_partial"]?.bytes), count: 56 * 56 * 3)
  }

  private static func rows<Number>(of numbers: [Number], count: Int) -> [[Number]] {
    stride(from: 0, to: numbers.count, by: count).map { Array(numbers[$0..<$0 + count]) }
  }

  private static func agent(_ numbers: [Int]) throws -> Agent {
    Agent(x: numbers[0], y: numbers[1], direction: try #require(Direction(rawValue: numbers[2])))
  }
}
