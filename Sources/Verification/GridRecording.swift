import Gridworld
import NeuralNetworks

/// What MiniGrid showed in an episode, by rows of a moment.
struct GridRecording {
  /// Of the first row, with the reset's; actions are one fewer.
  let rows: Int
  let lastGrid: [UInt8]
  let agents: [Int]
  let carried: [UInt8]
  let views: [UInt8]
  let viewPictures: [UInt8]
  let gridPictures: [UInt8]
  let rewards: [Double]
  let terminated: [Bool]
  let truncated: [Bool]

  /// - Throws: ``TraceError``.
  init(_ file: TraceTensors, steps: Int, grid: Grid) throws {
    rows = steps + 1
    lastGrid = try file.bytes("grid1", shape: [grid.width, grid.height, 3])
    agents = try file.integers("agent", shape: [rows, 3])
    carried = try file.bytes("carrying", shape: [rows, 2])
    views = try file.bytes("obs", shape: [rows, AgentView.size, AgentView.size, 3])
    viewPictures = try file.bytes("rgb_partial", shape: [nil, 56, 56, 3])
    gridPictures = try file.bytes("rgb_full", shape: [nil, 8 * grid.height, 8 * grid.width, 3])
    rewards = try file.finiteDoubles("reward", shape: [steps])
    terminated = try file.flags("terminated", shape: [steps])
    truncated = try file.flags("truncated", shape: [steps])
  }

  /// Numbers of a view.
  static let viewCount = AgentView.size * AgentView.size * 3

  /// Whether MiniGrid cut the episode off at a step. At the step limit it truncates an episode that
  /// ends by itself, too.
  func isCutOff(_ time: Int) -> Bool { truncated[time - 1] && !terminated[time - 1] }
}

extension Array {
  func row(_ index: Int, of width: Int) -> ArraySlice<Element> {
    self[index * width..<(index + 1) * width]
  }

  func hasRow(_ index: Int, of width: Int) -> Bool { (index + 1) * width <= count }
}

/// The largest difference of two numbers; infinite where there are not as many.
func difference<Number: BinaryInteger>(
  _ ours: ArraySlice<Number>, _ theirs: ArraySlice<Number>
) -> Double {
  guard ours.count == theirs.count else { return .infinity }
  return zip(ours, theirs).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) }
}
