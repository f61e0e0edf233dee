import Files
import Foundation
import Kernels
import NeuralNetworks

extension Checkpoint {
  /// The tensors of one of the checkpoint's files.
  ///
  /// - Throws: `SafeTensorsError`, `FileError`, or `RunFileError` where the file is not the one
  ///   that was written with the state.
  package func readTensors(_ file: URL, of state: CheckpointState) throws -> SafeTensors {
    try tensors(in: AtomicFile.read(file), file, of: state)
  }

  /// The tensors of one of the checkpoint's files that was read before.
  ///
  /// - Throws: as ``readTensors(_:of:)``.
  package func tensors(in data: Data, _ file: URL, of state: CheckpointState) throws -> SafeTensors
  {
    let tensors = try SafeTensors(data: data, file: file.path)
    try check(data, file, of: state)
    return tensors
  }

  /// Copies tensors of a file to where they belong, or none of them.
  ///
  /// - Parameter file: what errors call it.
  /// - Throws: ``RunFileError`` where names or shapes differ.
  package func load(
    _ wanted: [NamedTensor], from tensors: SafeTensors, file: URL
  ) throws {
    let found = try wanted.map { name, shape, _ -> [Float] in
      guard let entry = tensors[name] else {
        throw RunFileError(
          file: file.path, problem: "it has no tensor \(name)",
          remedy: "use a checkpoint of this run's configuration")
      }
      guard entry.shape == shape, let floats = entry.floats else {
        throw RunFileError(
          file: file.path, problem: "\(name) has shape \(entry.shape) instead of \(shape)",
          remedy: "use a checkpoint of this run's configuration")
      }
      return floats
    }
    for (target, values) in zip(wanted, found) { target.values.copy(from: values) }
  }
}
