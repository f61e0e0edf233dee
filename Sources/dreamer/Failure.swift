import Agents
import ArgumentParser
import AutoencoderTraining
import Autoencoders
import CommandSupport
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

extension ExitCode {
  fileprivate init(_ kind: FileError.Kind) {
    switch kind {
    case .missing: self = .missingFile
    case .exists: self = .usage
    case .malformed: self = .badData
    case .system: self = .refused
    }
  }
}
