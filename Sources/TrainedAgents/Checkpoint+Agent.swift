import Agents
import NeuralNetworks
import Runs

extension Checkpoint {
  /// Puts the checkpoint's parameters into an agent.
  ///
  /// - Throws: ``RunFileError`` where names or shapes differ. The agent is then unchanged.
  package func restore(_ agent: Agent, from tensors: SafeTensors) throws {
    try checkActions(of: tensors, against: agent)
    try load(agent.parameters.tensors, from: tensors, file: parameters)
  }

  /// Refuses an agent that chooses between other actions than its world has, as those of
  /// Dynamic-Obstacles were that this program once trained.
  private func checkActions(of tensors: SafeTensors, against agent: Agent) throws {
    guard case .discrete(let count) = agent.actionSpace,
      let found = tensors["pol/head/action/logits/bias"]?.shape, found.count == 1,
      found[0] != count
    else { return }
    throw RunFileError(
      file: parameters.path,
      problem: "its agent has \(found[0]) actions to choose from, and this world has \(count)",
      remedy: "use the program that trained it, or begin a new run with --from, which takes what "
        + "fits")
  }
}
