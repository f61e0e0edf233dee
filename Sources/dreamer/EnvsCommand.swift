import ArgumentParser
import EnvironmentInterface
import Training

struct EnvsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "envs",
    abstract: "List the bundled environments, what they show and what they can be told to do.")

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let worlds = try EnvironmentRegistry.ids.map {
      try EnvironmentRegistry.make($0, EnvironmentConfigurations())
    }
    if json {
      print("{\"environments\": [\(worlds.map(Self.json).joined(separator: ", "))]}")
    } else {
      for world in worlds { print(Self.line(world)) }
    }
  }

  /// `gridworld/Empty-5x5          image 56×56×3; 7 actions`
  private static func line(_ world: any Environment) -> String {
    let shows = world.observationSpaces.map { "\($0.name) \(size($0, separator: "×"))" }
    let id = world.id.padding(toLength: max(28, world.id.count), withPad: " ", startingAt: 0)
    return "\(id) \(shows.joined(separator: ", ")); \(actions(world.actionSpace))"
  }

  private static func actions(_ space: ActionSpace) -> String {
    switch space {
    case .discrete(let count): "\(count) actions"
    case .continuous(let low, let high):
      zip(low, high).map { "\($0)…\($1)" }.joined(separator: " × ")
    }
  }

  private static func size(_ space: ObservationSpace, separator: String) -> String {
    switch space.kind {
    case .image(let height, let width, let channels):
      [height, width, channels].map(String.init).joined(separator: separator)
    case .vector(let count), .discrete(let count, _): "\(count)"
    }
  }

  private static func json(_ world: any Environment) -> String {
    let spaces = world.observationSpaces.map { space in
      "\"\(space.name)\": [\(size(space, separator: ", "))]"
    }
    return "{\"id\": \"\(world.id)\", \"observations\": {\(spaces.joined(separator: ", "))}, "
      + "\"actions\": \(json(world.actionSpace))}"
  }

  private static func json(_ space: ActionSpace) -> String {
    switch space {
    case .discrete(let count): "{\"discrete\": \(count)}"
    case .continuous(let low, let high): "{\"low\": \(low), \"high\": \(high)}"
    }
  }
}
