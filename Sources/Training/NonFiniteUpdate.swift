import Agents
import EnvironmentInterface
import NeuralNetworks
import Runs
import WorldModels

/// An update that was not made, and the batch that it was to be made from.
package struct NonFiniteUpdate: Error, CustomStringConvertible {
  package let problem: NonFiniteLoss
  package let batch: SequenceBatch

  package init(problem: NonFiniteLoss, batch: SequenceBatch) {
    self.problem = problem
    self.batch = batch
  }

  /// Where no run takes it up (`bench`): without the batch, which is long.
  package var description: String {
    "\(problem.finding); choose a smaller agent.opt.lr or smaller agent.loss_scales"
  }

  /// A run whose updates are all bad must not fill the disk: the first batches tell enough.
  package static let writtenBatches = 3

  /// Writes the batch to a run's folder, unless enough are there.
  ///
  /// - Parameter skipped: updates that were left out before this one.
  /// - Returns: the problem, with where its batch is.
  /// - Throws: `FileError`.
  package func report(
    in folder: RunFolder, skipped: Int, spaces: [ObservationSpace]
  ) throws -> NonFiniteLoss {
    guard skipped < Self.writtenBatches else { return problem }
    try RunFolder.create(folder.nonFinite)
    let file = folder.nonFinite.appendingPathComponent("\(problem.update)-\(skipped).safetensors")
    var tensors = batch.tensors(spaces: spaces)
    tensors.metadata = ["problem": problem.finding]
    try tensors.write(to: file)
    var located = problem
    located.batchFile = file.relativePath
    return located
  }
}

extension SequenceBatch {
  /// All of the batch, under the names of observations (`observation/<name>`) and of its other parts.
  func tensors(spaces: [ObservationSpace]) -> SafeTensors {
    let rows = [size, context + length]
    var tensors = SafeTensors()
    for (space, image) in zip(spaces.filter(\.isImage), images) {
      guard case .image(let height, let width, let channels) = space.kind else { continue }
      tensors["observation/\(space.name)"] = .init(
        shape: rows + [height, width, channels], values: .uint8(image.bytes.array))
    }
    for (space, values) in zip(spaces.filter { !$0.isImage }, vectors) {
      tensors["observation/\(space.name)"] = .init(
        shape: rows + [space.count], values: .float32(values))
    }
    tensors["previous_action"] = Self.entry(previousActions, [size, length])
    tensors["reward"] = Self.entry(rewards, rows)
    for (name, flags) in [
      ("is_first", isFirst), ("is_last", isLast), ("is_terminal", isTerminal),
    ] {
      tensors[name] = .init(shape: rows, values: .uint8(flags.map { $0 ? 1 : 0 }))
    }
    tensors["deter"] = Self.entry(initialDeter, [size])
    tensors["stoch"] = Self.entry(initialStoch, [size])
    return tensors
  }

  /// Values with these first axes, and a last one for what is left.
  private static func entry(_ values: [Float], _ axes: [Int]) -> SafeTensors.Entry {
    let count = max(axes.reduce(1, *), 1)
    let width = values.count / count
    return .init(shape: width == 1 ? axes : axes + [width], values: .float32(values))
  }
}
