import Agents
import ArgumentParser
import AutoencoderTraining
import Autoencoders
import Configuration
import EnvironmentInterface
import Files
import Kernels
import NeuralNetworks
import PeerVerification
import Pictures
import ReplayBuffers
import ReplaySettings
import Reports
import Runs
import Statistics
import Storyboards
import TrainedAgents
import Verification
import Viewer
import WorldModels
import Worlds

/// What a command says and returns when it fails: the one place where errors become exit codes.
struct Failure {
  let message: String
  let code: ExitCode

  /// - Returns: Nil for what the argument parser itself answers: usage, help, plain exit codes.
  init?(_ error: any Error) {
    switch error {
    case is UsageError, is ConfigurationError, is UnknownEnvironment, is ReplayError,
      is LayerStyleError, is ImageShapeError, is AgentSizeError, is NothingLearns, is RolloutError,
      is UnknownSuffix, is PictureSizeError, is AutoencoderError, is MixedRuns:
      code = .usage
    case let error as EnvironmentError: code = error.step == nil ? .usage : .fault
    case let error as FileError: code = ExitCode(error.kind)
    case is SafeTensorsError, is GoldenFileError, is TraceError, is RunFileError,
      is StatisticsError:
      code = .badData
    case is ViewerError, is ThreadError: code = .refused
    case is NonFiniteLoss, is NonFiniteState, is NonFiniteFrames: code = .fault
    case let error as BLASError: code = error.isRefused ? .refused : .fault
    default:
      guard Dreamer.exitCode(for: error) == .failure else { return nil }
      code = .fault
    }
    message = "\(error)"
  }
}

/// Options that make no sense together, or one that is missing; said in one line.
struct UsageError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// - Throws: `ValidationError` where an argument is empty, as an unset variable of a shell is: the
/// current folder would be taken for it.
func requireText(_ argument: String, _ name: String) throws {
  if argument.isEmpty { throw ValidationError("\(name) is empty; give a name") }
}

/// A whole number as people write it, `1e5` among them.
/// - Throws: `ValidationError`.
func wholeNumber(_ text: String) throws -> Int {
  guard let number = Int(text) ?? Double(text).flatMap({ Int(exactly: $0) }) else {
    throw ValidationError("expected a whole number")
  }
  return number
}

extension ExitCode {
  /// Bad usage or configuration (sysexits.h: EX_USAGE).
  static let usage = ExitCode(64)
  /// EX_DATAERR.
  static let badData = ExitCode(65)
  /// EX_NOINPUT.
  static let missingFile = ExitCode(66)
  /// EX_SOFTWARE.
  static let fault = ExitCode(70)
  /// EX_IOERR.
  static let refused = ExitCode(74)

  /// What a shell reports of a process that a signal ended.
  init(signal: Int32) { self.init(128 + signal) }

  fileprivate init(_ kind: FileError.Kind) {
    switch kind {
    case .missing: self = .missingFile
    case .exists: self = .usage
    case .malformed: self = .badData
    case .system: self = .refused
    }
  }
}
