import Configuration
import EnvironmentInterface
import Foundation
import NeuralNetworks

/// What a run, a checkpoint or a file of tensors holds, and what is wrong with it.
public struct Inspection: Sendable, Encodable {
  /// A value of the configuration that is no default, or that the environment's preset sets otherwise.
  public struct Setting: Sendable, Encodable {
    public var key: String
    public var value: String
    /// Whether the environment's own preset sets it so.
    public var isPreset: Bool
  }

  /// The tensors of a part of the agent: those whose names have the same first part.
  public struct Module: Sendable, Encodable {
    public var name: String
    public var tensors: Int
    public var parameters: Int
  }

  public struct Tensor: Sendable, Encodable {
    public var name: String
    public var shape: [Int]
  }

  /// What something earned at a step.
  public struct Score: Sendable, Encodable {
    public var step: Int
    public var score: Double
  }

  public struct KeptCheckpoint: Sendable, Encodable {
    public var step: Int
    public var bytes: Int
    /// Whether it is the one that did best in an evaluation.
    public var isBest: Bool
  }

  public struct Disk: Sendable, Encodable {
    public var files: Int
    public var bytes: Int
  }

  /// As it was named.
  public var path: String
  /// Nil where the configuration or the environment cannot be had.
  public var environment: String?
  public var observations: [String] = []
  public var actions: String?
  public var settings: [Setting] = []
  /// Whether another process is writing to the run.
  public var isRunning = false
  /// Of the checkpoint that was looked at, the newest of a run.
  public var step: Int?
  public var updates: Int?
  /// Steps that the run is to make.
  public var totalSteps: Int?
  public var isFinished: Bool?
  /// What the episodes of training earned.
  public var scores: [Score] = []
  /// What evaluations during training earned, drawing actions.
  public var evaluations: [Score] = []
  public var checkpoints: [KeptCheckpoint] = []
  public var replay: Disk?
  public var modules: [Module] = []
  public var tensors: [Tensor] = []
  /// What is wrong, each with its place and what to do.
  public var problems: [String] = []

  init(path: String) { self.path = path }

  /// Numbers in all tensors of the networks, the slow critic's among them.
  public var parameterCount: Int { modules.reduce(0) { $0 + $1.parameters } }
}

extension Inspection {
  /// Notes the tensors of a file of parameters.
  mutating func note(_ file: SafeTensors) {
    for name in file.names {
      guard let entry = file[name] else { continue }
      tensors.append(Tensor(name: name, shape: entry.shape))
      guard SafeTensors.isNetwork(name) else { continue }
      let module = name.split(separator: "/").first.map(String.init) ?? name
      if modules.last?.name != module {
        modules.append(Module(name: module, tensors: 0, parameters: 0))
      }
      modules[modules.count - 1].tensors += 1
      modules[modules.count - 1].parameters += entry.values.count
    }
  }

  /// Notes what differs from the defaults.
  mutating func note(_ configuration: TrainingConfiguration) {
    totalSteps = configuration.run.steps
    let own = try? TrainingConfiguration.resolve(task: configuration.task).configuration
    let presets = ConfigurationTable(own ?? TrainingConfiguration())
    let defaults = ConfigurationTable(TrainingConfiguration())
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
