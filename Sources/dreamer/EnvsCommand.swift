import ArgumentParser
import CommandSupport
import EnvironmentInterface
import Worlds

struct EnvsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "envs",
    abstract: "List the bundled environments.",
    discussion: """
      For each: what it shows and can be told to do in its own units, after how many steps an \
      episode is cut off, what a step can earn, the mean return of the shortest solutions where \
      that is known, and what is to be done. Configuration (env.wrap, env.gridworld, env.pendulum) \
      changes what is shown and done; the list is of what is without.

      Example: dreamer envs
               dreamer envs --json
      """)

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let worlds = try EnvironmentRegistry.ids.map {
      try EnvironmentRegistry.makeBare($0, EnvironmentConfigurations())
    }
    let list = EnvironmentList(worlds)
    try StandardOutput.print(json ? try list.json : list.table)
  }
}
