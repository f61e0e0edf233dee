import Agents
import Configuration

extension AgentConfiguration {
  /// The configuration that a flat object of the reference's keys makes, without their leading
  /// `agent.`, as golden files have it in their metadata. Keys that it lacks have their defaults.
  /// - Parameters:
  ///   - reference: JSON or YAML.
  ///   - file: What errors call it.
  /// - Throws: ``ConfigurationError``, also where a value is out of its range.
  package init(reference: String, file: String) throws {
    var table = ConfigurationTable(TrainingConfiguration())
    try table.overlay(yaml: reference, prefix: "agent", origin: .file(file))
    try table.validate()
    self = try table.configuration().agent
  }
}
