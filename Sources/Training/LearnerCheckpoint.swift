import Agents
import Files
import Foundation
import NeuralNetworks
import ReplayBuffers
import Runs
import TrainedAgents

/// The parts of a run's checkpoint.
///
/// Parameters stand under the reference's names, the slow critic's and the normalisers' among them,
/// so that weights can be exchanged with it.
extension CheckpointParts {
  /// - Parameter configuration: the run's.
  init(
    _ learner: Learner, _ replay: Replay, _ configuration: TrainingConfiguration, run: RunState
  ) {
    self.init()
    addFile("parameters.safetensors") { try learner.parameterTensors.write(to: $0) }
    addFile("optimizer.safetensors") { try SafeTensors(learner.optimizer.state).write(to: $0) }
    addFile("config.yaml") { file in
      var portable = configuration
      // Of the machine that trained, and of no effect.
      portable.run.threads = 0
      try AtomicFile.write(Data(portable.text(ofRun: run.identity).utf8), to: file)
    }
    addMember("agent", learner.state)
    addMember("run", run)
    addFollower("replay.bin") { try replay.save(to: $0, of: $1) }
  }
}

extension Learner {
  /// The agent's parameters, and what stands beside them in their file: normalisers and a counter.
  fileprivate var parameterTensors: SafeTensors {
    var file = SafeTensors(agent.parameters.tensors)
    let (floats, count) = state.numbers
    for (name, value) in floats { file.entries[name] = .init(shape: [], values: .float32([value])) }
    file.entries[count.name] = .init(
      shape: [], values: .int32([Int32(clamping: count.value)]))
    return file
  }

  /// Goes on from a checkpoint: parameters, averages and counters.
  ///
  /// - Throws: `FileError`, `SafeTensorsError`; `RunFileError` where names or shapes differ.
  func restore(from opened: OpenCheckpoint) throws {
    let checkpoint = opened.checkpoint
    let averages = try checkpoint.readTensors(checkpoint.optimizer, of: opened.state)
    let parameters = try checkpoint.readTensors(checkpoint.parameters, of: opened.state)
    try checkpoint.restore(agent, from: parameters)
    try checkpoint.load(optimizer.state, from: averages, file: checkpoint.optimizer)
    state = opened.agent.adopting(agent.configuration)
  }
}
