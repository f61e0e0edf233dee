import EnvironmentInterface
import Foundation
import TrainedAgents
import Worlds

/// Runs that differ in nothing but their seed.
package struct RunGroup {
  /// What tells the group from the others.
  package let name: String
  /// Of the page's colours.
  let color: Int
  /// In ascending order of seeds.
  package let runs: [RunRecord]

  var configuration: any ReportedConfiguration { runs[0].configuration }

  /// The configuration of agents' runs; nil of others.
  var ofAgent: TrainingConfiguration? { configuration as? TrainingConfiguration }

  /// Groups in the order in which their first runs were named.
  package static func groups(of runs: [RunRecord]) -> [RunGroup] {
    var parts: [[RunRecord]] = []
    for run in runs {
      let shape = run.configuration.withoutSeed.yaml()
      if let index = parts.firstIndex(where: { $0[0].configuration.withoutSeed.yaml() == shape }) {
        parts[index].append(run)
      } else {
        parts.append([run])
      }
    }
    let names = names(of: parts)
    return parts.enumerated().map { index, part in
      RunGroup(
        name: names[index], color: index,
        runs: part.sorted { $0.configuration.seed < $1.configuration.seed })
    }
  }

  /// The environment, or where frames come from, alone if that tells them apart; else with the keys in which they differ.
  private static func names(of parts: [[RunRecord]]) -> [String] {
    let tasks = parts.map { $0[0].configuration.subject }
    if Set(tasks).count == parts.count { return tasks }
    let rows = parts.map { part -> [String: String] in
      part[0].configuration.withoutSeed.differencesFromDefaults
        .reduce(into: [:]) { $0[$1.key] = $1.value }
    }
    let keys = Set(rows.flatMap(\.keys)).subtracting(["task"]).sorted()
      .filter { key in Set(rows.map { $0[key] ?? "" }).count > 1 }
    let hasOneTask = Set(tasks).count == 1
    let names = zip(tasks, rows).map { task, row in
      let own = keys.prefix(3).map { "\($0)=\(row[$0] ?? "default")" }
      return ((hasOneTask ? [] : [task]) + own).joined(separator: " ")
    }
    return Set(names).count == names.count
      ? names : zip(names, parts).map { "\($0) (\($1[0].name))" }
  }

  /// What the world says of itself; nothing where it is not one of this program's.
  var information: EnvironmentInformation? {
    ofAgent.flatMap { try? EnvironmentRegistry.make($0.task, $0.env).information }
  }
}
