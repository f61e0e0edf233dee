import Configuration
import EnvironmentInterface
import Foundation
import NeuralNetworks
import TrainedAgents
import Worlds

/// What a run, a checkpoint or a file of tensors holds, and what is wrong with it.
package struct InspectionResult: Sendable, Encodable {
  /// A value of the configuration that is no default, or that the environment's preset sets otherwise.
  package struct Setting: Sendable, Encodable {
    package var key: String
    package var value: String
    /// Whether the environment's own preset sets it so.
    package var isPreset: Bool
  }

  /// The tensors of a part of the agent: those whose names have the same first part.
  package struct Module: Sendable, Encodable {
    package var name: String
    package var tensors: Int
    package var parameters: Int
  }

  package struct Tensor: Sendable, Encodable {
    package var name: String
    package var shape: [Int]
  }

  /// What something earned at a step.
  package struct Score: Sendable, Encodable {
    package var step: Int
    package var score: Double
  }

  package struct KeptCheckpoint: Sendable, Encodable {
    package var step: Int
    package var bytes: Int
    /// Whether it is the one that did best in an evaluation.
    package var isBest: Bool
  }

  package struct Disk: Sendable, Encodable {
    package var files: Int
    package var bytes: Int
  }

  /// As it was named.
  package var path: String
  /// Nil where the configuration or the environment cannot be had.
  package var environment: String?
  package var observations: [String] = []
  package var actions: String?
  /// Of a model of single frames; nil of agents.
  package var frames: FrameModelParts?
  package var settings: [Setting] = []
  /// Whether another process is writing to the run.
  package var isRunning = false
  /// Of the checkpoint that was looked at, the newest of a run.
  package var step: Int?
  package var updates: Int?
  /// Steps that the run is to make.
  package var totalSteps: Int?
  package var isFinished: Bool?
  /// What the episodes of training earned; of a model of frames, the evidence bound of validation frames.
  package var scores: [Score] = []
  /// What evaluations during training earned, drawing actions.
  package var evaluations: [Score] = []
  package var checkpoints: [KeptCheckpoint] = []
  package var replay: Disk?
  package var modules: [Module] = []
  package var tensors: [Tensor] = []
  /// What is wrong, each with its place and what to do.
  package var problems: [String] = []

  package init(path: String) { self.path = path }

  /// Numbers in all tensors of the networks, the slow critic's among them.
  package var parameterCount: Int { modules.reduce(0) { $0 + $1.parameters } }
}

extension InspectionResult {
  /// Does something, and notes what goes wrong.
  package mutating func attempt<Value>(_ body: () throws -> Value) -> Value? {
    do {
      return try body()
    } catch {
      problems.append("\(error)")
      return nil
    }
  }

  /// Notes the tensors of a file of parameters.
  mutating func note(_ file: SafeTensors, _ isNetwork: (String) -> Bool) {
    for name in file.names {
      guard let entry = file[name] else { continue }
      tensors.append(Tensor(name: name, shape: entry.shape))
      guard isNetwork(name) else { continue }
      let module = name.split(separator: "/").first.map(String.init) ?? name
      if modules.last?.name != module {
        modules.append(Module(name: module, tensors: 0, parameters: 0))
      }
      modules[modules.count - 1].tensors += 1
      modules[modules.count - 1].parameters += entry.values.count
    }
  }

  /// Notes an agent's configuration.
  mutating func note(_ configuration: TrainingConfiguration) {
    (environment, totalSteps) = (configuration.task, configuration.run.steps)
    note(
      configuration,
      preset: try? TrainingConfiguration.resolve(task: configuration.task).configuration)
  }

  /// Notes what differs from the defaults.
  ///
  /// - Parameter preset: the defaults with the preset that comes by itself; nil where there is none.
  package mutating func note<Root: ConfigurationRoot>(_ configuration: Root, preset: Root? = nil) {
    let presets = ConfigurationTable(preset ?? Root())
    let defaults = ConfigurationTable(Root())
    for row in ConfigurationTable(configuration).rows where row.key != "task" {
      let (plain, preset) = (defaults[row.key]?.value, presets[row.key]?.value)
      if row.value != plain || row.value != preset {
        settings.append(
          Setting(key: row.key, value: row.value.yaml, isPreset: row.value == preset))
      }
    }
  }

  /// Notes what a world shows and can be told.
  mutating func note(_ world: any Environment) {
    observations = world.observationSpaces.map(\.summary)
    actions = world.actionSpace.summary
  }
}
