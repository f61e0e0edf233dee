import Agents
import Foundation
import NeuralNetworks
import ReplayBuffers
import Runs
import Telemetry
import TrainedAgents
import Training
import Worlds

/// Runs of a `Trainer`.
package struct AgentSubject: InspectionSubject {
  private var agent: Agent?
  private var known: SavedConfiguration?

  package init() {}

  package static let owner = "an agent"

  package static func isNetwork(_ name: String) -> Bool { AgentState.isNetwork(name) }

  package mutating func take(configuration file: URL, _ inspection: inout InspectionResult) {
    known = inspection.attempt { try SavedConfiguration(contentsOf: file) }
    guard let configuration = known?.configuration else { return }
    inspection.note(configuration)
    guard
      let world = inspection.attempt({
        try EnvironmentRegistry.make(configuration.task, configuration.env)
      })
    else { return }
    inspection.note(world)
    agent = inspection.attempt {
      try Agent(
        configuration.agent, spaces: world.observationSpaces, actionSpace: world.actionSpace,
        key: .init(seed: 0))
    }
  }

  package var parameters: WantedTensors? {
    agent.map { agent in
      let (floats, count) = AgentState(agent.configuration).numbers
      return WantedTensors(
        agent.parameters.entries.map { ($0.name, $0.shape) },
        others: floats.map(\.name) + [count.name])
    }
  }

  package var averages: WantedTensors? {
    agent.map { agent in
      let state = Optimizer(agent.configuration.opt, store: agent.parameters).state
      return WantedTensors(state.map { ($0.name, $0.shape) })
    }
  }

  package func open(
    _ checkpoint: Checkpoint, in run: RunFolder?
  ) throws -> InspectedCheckpoint {
    // What is wrong with the run's configuration was told.
    let opened = try OpenCheckpoint(checkpoint, in: run, isHeld: agent != nil, knowing: known)
    return InspectedCheckpoint(
      state: opened.state, updates: opened.updates, best: try opened.readRun()?.best?.step)
  }

  package func lookAtContinuation(
    of run: RunFolder, from checkpoint: Checkpoint, _ inspection: inout InspectionResult
  ) {
    guard let agent, let known,
      let opened = try? OpenCheckpoint(checkpoint, in: run, isHeld: true, knowing: known),
      let state = try? opened.readRun()
    else { return }
    let before = inspection.problems.isEmpty
    _ = inspection.attempt {
      let replay = try Replay(known.configuration, agent, key: .init(seed: 0), in: run)
      try replay.restore(from: checkpoint.replay, of: opened.ownerOfReplay)
    }
    // Lines that are no records were told.
    guard before else { return }
    _ = inspection.attempt {
      try RunHistory(of: run, through: opened.step, state.log, within: state.logSizes)
    }
  }
}
