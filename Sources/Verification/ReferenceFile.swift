import Foundation
import NeuralNetworks
import PeerVerification

/// A file of something that others computed or played, of a kind that its tensors tell.
package enum ReferenceFile: Sendable {
  case golden(GoldenFile)
  case grid(GridTrace)
  case pendulum(PendulumTrace)
  case peer(PeerFile)

  /// - Throws: `FileError`, `SafeTensorsError`, ``GoldenFileError`` or ``TraceError``.
  package init(contentsOf url: URL) throws {
    try self.init(SafeTensors(contentsOf: url), name: url.lastPathComponent)
  }

  /// - Parameter name: what errors call the file.
  package init(_ tensors: SafeTensors, name: String) throws {
    if PeerFile.isHeld(by: tensors) {
      self = .peer(try PeerFile(tensors, name: name))
    } else if GridTrace.isHeld(by: tensors) {
      self = .grid(try GridTrace(tensors, name: name))
    } else if PendulumTrace.isHeld(by: tensors) {
      self = .pendulum(try PendulumTrace(tensors, name: name))
    } else {
      self = .golden(try GoldenFile(tensors, name: name))
    }
  }

  /// What of the file is not compared, and why; nil where all is.
  package var notCompared: String? {
    if case .grid(let trace) = self { trace.notCompared } else { nil }
  }

  /// Computes what the file holds and compares.
  package func verify() throws -> [VerificationLine] {
    switch self {
    case .golden(let file): try file.verify()
    case .grid(let trace): try trace.verify()
    case .pendulum(let trace): try trace.verify()
    case .peer(let file): try file.verify()
    }
  }
}
